/** Runs of rows or columns while code is written: the part of a thread, cut into what is packed or gone over at once. */

import { type FunctionWriter, I32, type Local, OP } from './encode.ts'

/** From `begin` until `end`, in elements. */
export interface Run {
  readonly begin: Local
  readonly end: Local
}

export const newRun = (f: FunctionWriter): Run => ({ begin: f.local(I32), end: f.local(I32) })

/** The run that parts of `step` elements of `whole` are held in: `whole` itself where it has no more than `extent` in all. */
export const partOf = (f: FunctionWriter, whole: Run, extent: number, step: number): Run =>
  extent <= step ? whole : newRun(f)

/** Sets `part` to each part of `whole` in turn; once, without a loop, where they are the same. */
export function overParts(f: FunctionWriter, part: Run, whole: Run, step: number, body: () => void): void {
  if (part === whole) {
    body()
    return
  }
  const { begin, end } = part
  f.get(whole.begin).set(begin)
  f.loopWhileBelow(
    begin,
    () => f.get(whole.end),
    step,
    () => {
      f.get(begin).i32(step).op(OP.i32add).set(end)
      f.get(whole.end).get(end).op(OP.i32ltU)
      f.when(() => f.get(whole.end).set(end))
      body()
    },
  )
}
