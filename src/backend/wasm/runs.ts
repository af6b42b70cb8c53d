/** Runs of rows or columns while code is written: the part of a thread, cut into what is packed or gone over at once. */

import { type FunctionWriter, I32, type Local, OP } from './encode.ts'

/** From `begin` until `end`, in elements. */
export interface Run {
  readonly begin: Local
  readonly end: Local
  /** Whether it is known to be all there are, from 0. */
  readonly isAll: boolean
}

export const newRun = (f: FunctionWriter, isAll: boolean): Run => ({ begin: f.local(I32), end: f.local(I32), isAll })

/** The run that parts of `step` elements of `whole` are held in: `whole` itself where it has no more than `extent` in all. */
export const partOf = (f: FunctionWriter, whole: Run, extent: number, step: number): Run =>
  extent <= step ? whole : newRun(f, false)

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

/** Steps through a run in units, `counter` at the first of each; the last of `extent` is shorter where they don't divide it. */
export function overUnits(
  f: FunctionWriter,
  counter: Local,
  run: Run,
  extent: number,
  unit: number,
  body: (size: number) => void,
): void {
  const rest = extent % unit
  const whole = extent - rest
  if (run.isAll) {
    f.i32(0).set(counter)
    if (whole > 0)
      f.loopWhileBelow(
        counter,
        () => f.i32(whole),
        unit,
        () => body(unit),
      )
    if (rest > 0) body(rest)
    return
  }
  const end = f.local(I32)
  f.get(run.begin).set(counter)
  f.get(run.end).set(end)
  if (rest > 0) {
    f.i32(whole).get(end).op(OP.i32ltU)
    f.when(() => f.i32(whole).set(end))
  }
  f.loopWhileBelow(
    counter,
    () => f.get(end),
    unit,
    () => body(unit),
  )
  if (rest === 0) return
  f.get(run.end).i32(extent).op(OP.i32eq)
  f.when(() => body(rest))
}
