export * from './executable.ts'
export { evaluateGraph, reference } from './reference/index.ts'
export { type AutoDevice, backendByName, backendNames, defaultBackend, openAuto, registerBackend } from './select.ts'
export { wasm } from './wasm/index.ts'
