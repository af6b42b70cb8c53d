export * from './executable.ts'
export { evaluateGraph, reference } from './reference/index.ts'
