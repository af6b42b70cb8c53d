/** Edits that a later one makes needless: what a function returns may be what its callers had been mended for. */

import { analyse } from '../analyse.ts'
import type { Judged } from '../judge.ts'
import type { Finding } from '../types.ts'
import type { Runner, SourceEdit } from './repair.ts'

export interface Mended {
  readonly edit: SourceEdit
  readonly finding: Finding
}

/** Those without which the last one leaves all gradients as right as they are with them. */
export async function superfluous(
  run: Runner,
  before: readonly SourceEdit[],
  mended: readonly Mended[],
  after: Judged,
  deadline: number,
): Promise<Mended[]> {
  const out: Mended[] = []
  const rightOf = (judged: Judged) => judged.results.filter((r) => r.status === 'right').map((r) => r.chain.name)
  for (const one of mended.slice(0, -1)) {
    if (Date.now() > deadline) break
    const kept = mended.filter((m) => m !== one && !out.includes(m))
    const rerun = await run({ edits: [...before, ...kept.map((m) => m.edit)] })
    if (rerun.trace.error !== undefined) continue
    const now = analyse(rerun.trace, after.measured.loss).best
    const right = new Set(now === undefined ? [] : rightOf(now))
    if (rightOf(after).every((name) => right.has(name))) out.push(one)
  }
  return out
}
