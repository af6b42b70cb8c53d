/** Where threads meet between kernels: a barrier that spins briefly and then sleeps. */

import { ATOMIC, FunctionWriter, I32, OP } from './encode.ts'

/** Words at the meeting address: how many have arrived, and how often all have. */
export const MEETING_WORDS = { arrived: 0, turn: 1 } as const

/** Loads of the turn before a thread goes to sleep: some tens of microseconds, longer than most kernels differ. */
const SPINS = 20_000

/** A function that returns once all threads have called it. */
export function meetingFunction(meeting: number, threads: number): FunctionWriter {
  const f = new FunctionWriter([])
  const arrived = meeting + 4 * MEETING_WORDS.arrived
  const turn = meeting + 4 * MEETING_WORDS.turn
  const [before, spin] = [f.local(I32), f.local(I32)]
  f.i32(turn).atomic(ATOMIC.load).set(before)
  f.i32(arrived)
    .i32(1)
    .atomic(ATOMIC.add)
    .i32(threads - 1)
    .op(OP.i32eq)
  f.when(
    () => {
      f.i32(arrived).i32(0).atomic(ATOMIC.store)
      f.i32(turn).i32(1).atomic(ATOMIC.add).op(OP.drop)
      f.i32(turn).i32(-1).atomic(ATOMIC.notify).op(OP.drop)
    },
    () => {
      f.i32(0).set(spin)
      const hasTurned = () => f.i32(turn).atomic(ATOMIC.load).get(before).op(OP.i32sub)
      f.loopWhileBelow(
        spin,
        () => f.i32(SPINS),
        1,
        () => {
          hasTurned()
          f.when(() => f.i32(SPINS).set(spin))
        },
      )
      // Woken without cause or too early, wait returns; then look again.
      f.i32(0).set(spin)
      f.loopWhileBelow(
        spin,
        () => f.i32(1),
        0,
        () => {
          hasTurned()
          f.when(
            () => f.i32(1).set(spin),
            () => f.i32(turn).get(before).i64(-1n).atomic(ATOMIC.wait32).op(OP.drop),
          )
        },
      )
    },
  )
  return f
}
