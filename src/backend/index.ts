export {
  type ArgumentType,
  type ArrayResult,
  type CompiledFunction,
  type CompileFunctionOptions,
  compile,
  type Results,
  type TracedResult,
} from './compile-function.ts'
export * from './executable.ts'
export { evaluateGraph, reference } from './reference/index.ts'
export { type AutoDevice, backendByName, backendNames, defaultBackend, openAuto, registerBackend } from './select.ts'
export { wasm, wasmWith } from './wasm/index.ts'
