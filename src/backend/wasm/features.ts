/** What the engine can do, found by trying. */

import { FunctionWriter, ModuleWriter, SIMD } from './encode.ts'

/** A module that uses one relaxed multiply-add. */
function relaxedProbe(): Uint8Array<ArrayBuffer> {
  const f = new FunctionWriter([])
  const zero = [0, 0, 0, 0]
  f.words(zero).words(zero).words(zero).simd(SIMD.f32x4relaxedMadd).op(0x1a) // drop
  const module = new ModuleWriter([])
  module.add(f, 'probe')
  return module.finish({ shared: false, maximumPages: 1 })
}

interface ProcessLike {
  readonly versions?: { readonly node?: string }
  getBuiltinModule?(name: string): { setFlagsFromString?(flag: string): void } | undefined
}

let relaxed: boolean | undefined

/**
 * Whether relaxed fused multiply-add can be used. Node 20 has it behind a flag, which may be set while the process
 * runs, before the first module that uses it is compiled.
 */
export function hasRelaxedSimd(): boolean {
  if (relaxed !== undefined) return relaxed
  relaxed = WebAssembly.validate(relaxedProbe())
  if (!relaxed) {
    const host = (globalThis as { process?: ProcessLike }).process
    try {
      host?.getBuiltinModule?.('node:v8')?.setFlagsFromString?.('--experimental-wasm-relaxed-simd')
      relaxed = WebAssembly.validate(relaxedProbe())
    } catch {
      relaxed = false
    }
  }
  return relaxed
}
