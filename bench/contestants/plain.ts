/** The machine's own copy of memory (memcpy, through TypedArray.set): a roof that no library stands on. */

import { type Contestant, notOffered, readFloats } from './contestant.ts'

export async function openPlain(): Promise<Contestant> {
  return {
    description: 'copies memory, one thread',
    open: (work) => {
      if (work.kind !== 'stream' || work.pattern !== 'copy') throw notOffered(work)
      const source = readFloats(work.folder, 'w0')
      const target = new Float32Array(source.length)
      return {
        reset: () => undefined,
        run: (count) => {
          for (let i = 0; i < count; i++) target.set(source)
        },
        result: () => target[0] ?? Number.NaN,
        close: () => undefined,
      }
    },
  }
}
