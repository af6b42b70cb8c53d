export * from './executable.ts'
export { evaluateGraph, reference } from './reference/index.ts'
export { wasm } from './wasm/index.ts'
