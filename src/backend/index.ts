export type { CompilingBackend } from './auto.ts'
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
export { backendByName, backendNames, defaultBackend, type NativeFactory, registerBackend } from './select.ts'
export { checkThreads } from './threads.ts'
export { wasm, wasmWith } from './wasm/index.ts'
export { renderWat } from './wasm/text.ts'
