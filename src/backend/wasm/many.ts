/** Writes the loop of many steps in one call: before each step its inputs are copied to where the program reads them. */

import { FunctionWriter, I32, ModuleWriter, OP } from './encode.ts'

export interface StagedInput {
  /** Where the program reads it. */
  readonly address: number
  /** Where its values for all steps lie, one step after another. */
  readonly staged: number
  /** Bytes of one step. */
  readonly sizeBytes: number
}

/** Copies so many bytes as single vectors; beyond it a loop is shorter. */
const UNROLLED_BYTES = 256

/**
 * The bytes of a module that imports `nabla.memory` and `nabla.run`, and exports `many(count)`. Inputs are copied in
 * whole vectors: buffers start at multiples of 64 bytes, and what follows an input in its last vector is its own.
 */
export function writeMany(inputs: readonly StagedInput[], shared: boolean): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter([{ name: 'run', parameters: [I32] }])
  const f = new FunctionWriter([I32])
  const step = f.local(I32)
  const sources = inputs.map(({ staged }) => {
    const source = f.local(I32)
    f.i32(staged).set(source)
    return source
  })
  const at = f.local(I32)
  f.i32(0).set(step)
  f.loopWhileBelow(
    step,
    () => f.get(0),
    1,
    () => {
      inputs.forEach(({ address, sizeBytes }, i) => {
        const source = sources[i] ?? 0
        const vectors = Math.ceil(sizeBytes / 16)
        if (sizeBytes <= UNROLLED_BYTES) {
          for (let v = 0; v < vectors; v++)
            f.i32(address)
              .get(source)
              .load(16 * v)
              .store(16 * v)
        } else {
          f.i32(0).set(at)
          f.loopWhileBelow(
            at,
            () => f.i32(16 * vectors),
            16,
            () => f.get(at).i32(address).op(OP.i32add).get(at).get(source).op(OP.i32add).load(0).store(0),
          )
        }
        f.get(source).i32(sizeBytes).op(OP.i32add).set(source)
      })
      f.i32(0).call(0)
    },
  )
  module.add(f, 'many')
  return module.finish({ shared, maximumPages: 65536 })
}
