/**
 * A faulty analysis in; the edit of the source that makes its gradients right, verified by running the edited script.
 */

import { type Analysis, analyse } from '../analyse.ts'
import { kindOf } from '../findings/kinds.ts'
import type { Judged } from '../judge.ts'
import type { TraceRequest, TraceRun } from '../trace/run.ts'
import type { EditRow } from '../trace/trace.ts'
import type { Located } from './situation.ts'
import { type Statement, statementOfSite } from './statements.ts'
import { findSuspects, type Suspect, spanOf } from './suspects.ts'
import { type Trial, tryEdits } from './try.ts'
import { workDone } from './work.ts'

export interface SourceEdit {
  readonly file: string
  readonly span: readonly [number, number, number, number]
  readonly text: string
}

export interface Repair {
  readonly trial: Trial
  readonly suspect: Suspect
  readonly edit: SourceEdit
  readonly fixedNames: readonly string[]
  /** Other edits that would do as well, elsewhere. */
  readonly alternatives: readonly { suspect: Suspect; row: EditRow }[]
  /** The run in which the edits were tried: `trial` counts its parameters. */
  readonly before: Judged
  readonly after: Judged
  readonly afterAnalysis: Analysis
}

export type Runner = (request: Omit<TraceRequest, 'path'>) => Promise<TraceRun>

const PROBES_AT_ONCE = 6
const MAX_GROUPS = 3
/** How much simpler an edit must be in a statement that another one is preferred to. */
const RIVAL_COST = 0.75
/** A factor that stands there twice is one that was written once too often. */
const DOUBLED = 0.5
/** What it gains where it is of the kind that the tape says. */
const MEANT = 1.5
/** What it costs to leave the gradients with another factor than the stated loss has. */
const OTHER_SCALE = 1.5
/** What it costs to train another loss. */
const OTHER_LOSS = 1.5
/** No repair is worth a longer wait than this. */
const ROUND_MS = 20_000
/** Nor is the replay of a group's edits worth more work. */
const TRIALS_MS = 5_000

export async function findRepair(
  run: Runner,
  analysis: Analysis,
  judged: Judged,
  edits: readonly SourceEdit[],
  located: readonly Located[],
  deadline: number,
): Promise<Repair | undefined> {
  deadline = Math.min(deadline, Date.now() + ROUND_MS)
  const suspects = findSuspects(analysis, judged)
  const blamed = located
    .flatMap((l) => [l.statement, ...l.rivals].flatMap((s) => suspectAt(analysis, s)))
    .slice(0, PROBES_AT_ONCE)
  const others = suspects.filter((s) => !blamed.some((b) => b.site === s.site))
  const scales = scaleTexts(judged)
  const only = familiesFor(judged)
  const wrong = judged.results.filter((r) => r.status !== 'right' && r.status !== 'unreached')
  // Where one change of an operation is known to be all, no other statement is tried.
  const certain =
    located.length > 0 &&
    located.every((l) => l.remake !== undefined) &&
    wrong.every((r) => located.some((l) => l.fixed.includes(r.chain.id)))
  let partial: Repair | undefined
  for (const group of [...(blamed.length > 0 ? [blamed] : []), ...(certain ? [] : inGroups(others))]) {
    if (Date.now() > deadline) return partial
    const probes = group.map((s, i) => ({ index: i, file: s.file, span: s.span, scales, only: editsFor(s) ?? only }))
    const probed = await run({
      probes,
      edits,
      steps: 1 + Math.max(...judged.results.map((r) => r.step.step)),
      updates: updateLines(analysis, judged),
      nodes: 600_000,
    })
    const again = analyse(probed.trace, judged.measured.loss)
    const same = again.best
    if (same === undefined) continue
    const trials = tryEdits(again, same, workDone() + TRIALS_MS).filter((t) => t.broken === 0 && fitsPlace(t, group))
    const ranked = rank(trials, group, again, same, located)
    const found = await verify(run, ranked, group, same, edits, deadline)
    if (found === undefined) continue
    // One fault explains all that is wrong, more likely than several do: what mends a part of it waits.
    if (found.fixedNames.length >= wrong.length || group === blamed) return found
    if (partial === undefined || found.fixedNames.length > partial.fixedNames.length) partial = found
  }
  return partial
}

/** The lines by which the parameters are updated. */
function updateLines({ trace }: Analysis, { results }: Judged): [string, number][] {
  const sites = results.flatMap(({ chain, step }) => chain.versions.find((v) => v.node === step.after)?.site ?? [])
  const lines = new Map(sites.flatMap((site) => trace.sites[site] ?? []).map((at) => [`${at.file}:${at.line}`, at]))
  return [...lines.values()].map(({ file, line }) => [file, line])
}

function suspectAt(analysis: Analysis, statement: Statement): Suspect[] {
  const { trace } = analysis
  // Edits are asked for by whole statements.
  const at = trace.sites[statementOfSite(analysis, statement.site)]
  if (at === undefined) return []
  return [
    {
      site: statement.site,
      file: at.file,
      span: spanOf(at),
      backward: true,
      exonerated: false,
      order: statement.outputs[0] ?? 0,
      count: 1,
    },
  ]
}

/** First the statements that only wrong parameters depend on, then the rest of the backward pass, then the forward one. */
function inGroups(suspects: readonly Suspect[]): Suspect[][] {
  const groups: Suspect[][] = []
  const classes = [
    suspects.filter((s) => s.backward && !s.exonerated),
    suspects.filter((s) => s.backward && s.exonerated),
    suspects.filter((s) => !s.backward),
  ]
  for (const members of classes)
    for (let i = 0; i < members.length; i += PROBES_AT_ONCE) groups.push(members.slice(i, i + PROBES_AT_ONCE))
  return groups.slice(0, MAX_GROUPS)
}

/** Where every wrong gradient is right but for its sign, or its scale, only edits of that sort can be the repair. */
function familiesFor(judged: Judged): string[] {
  const wrong = new Set(judged.results.map((r) => r.status).filter((s) => s !== 'right' && s !== 'unreached'))
  if (wrong.size !== 1) return []
  if (wrong.has('sign')) return ['sign', 'constant', 'operator', 'drop-term']
  if (wrong.has('scaled'))
    return ['scale', 'drop-factor', 'constant', 'mean', 'axis', 'operator', 'regularisation', 'drop-term']
  return []
}

/** Numbers by which parameters are off, for scripts in which no variable holds them. */
function scaleTexts(judged: Judged): string[] {
  const off = judged.results.filter((r) => r.status === 'scaled').map((r) => r.relative)
  return [
    ...new Set(
      off.flatMap((r) =>
        Math.abs(r - Math.round(r)) < 1e-6 && r >= 2
          ? [`/ ${Math.round(r)}`]
          : Math.abs(1 / r - Math.round(1 / r)) < 1e-6
            ? [String(Math.round(1 / r))]
            : [],
      ),
    ),
  ].slice(0, 4)
}

const KIND_COST: Readonly<Record<string, number>> = {
  sign: 0,
  scale: 1,
  transpose: 1,
  'drop-transpose': 1,
  'drop-factor': 1,
  axis: 1,
  'drop-sum': 1,
  operand: 2,
  factor: 2,
  'derivative-argument': 1,
  'derivative-function': 1,
  parentheses: 1,
  operator: 1.3,
  constant: 2,
  comparison: 2,
  product: 1.5,
  sum: 2,
  mean: 0.9,
  'drop-call': 2,
  regularisation: 1.5,
  'drop-term': 1.5,
  slice: 2,
  term: 4,
}

/** What the forward pass computes is the author's to choose; only what it sums over can be a slip there, or the error's sign. */
const FORWARD_EDITS = ['axis', 'sum', 'drop-sum']

const editsFor = ({ backward }: Suspect) => (backward ? undefined : FORWARD_EDITS)

function fitsPlace(trial: Trial, group: readonly Suspect[]): boolean {
  const suspect = group[Math.floor(trial.probe / 8)]
  return suspect !== undefined && editsFor(suspect)?.includes(trial.row.kind) !== false
}

/** The edit that repairs most comes first; then the smallest, in the statement nearest to where it goes wrong. */
function rank(
  trials: readonly Trial[],
  group: readonly Suspect[],
  analysis: Analysis,
  judged: Judged,
  located: readonly Located[],
): Trial[] {
  const isRival = (s: Suspect | undefined) =>
    located.some((l) => l.rivals.some((r) => r.site === s?.site)) && !located.some((l) => l.statement.site === s?.site)
  const cost = (t: Trial) => {
    const suspect = group[Math.floor(t.probe / 8)]
    // A difference that is turned round is as likely whatever it is made of.
    const isTurned = t.row.kind === 'sign'
    const { replaced, text } = t.row
    const length = (isTurned ? Math.abs(text.length - replaced.length) : changedLength(replaced, text)) / 40
    const doubled = t.row.kind === 'drop-factor' && isTwice(t.row.replaced, t.row.text) ? DOUBLED : 0
    const literal = t.row.kind === 'scale' && /[*/] [\d.]+$/.test(t.row.text) ? 0.6 : 0
    const rival = isRival(suspect) ? RIVAL_COST : 0
    const known = located.find((l) => l.statement.site === suspect?.site)?.remake?.kind
    const meant = known !== undefined && kindOf(t, judged, false) === known ? MEANT : 0
    const size = hasLossScale(t, judged) ? 0 : OTHER_SCALE
    return (
      (KIND_COST[t.row.kind] ?? 3) -
      meant -
      doubled +
      rival +
      length +
      literal +
      size +
      (t.movesLoss ? OTHER_LOSS : 0) +
      placeCost(t, suspect, analysis, judged)
    )
  }
  return [...trials].sort(
    (a, b) => b.fixed.length - a.fixed.length || Number(b.ratio > 0) - Number(a.ratio > 0) || cost(a) - cost(b),
  )
}

/** How many characters of names, numbers and signs an edit takes away or puts in, whichever is more. */
function changedLength(was: string, is: string): number {
  const [a, b] = [tokensOf(was), tokensOf(is)]
  // The longest common subsequence, in characters.
  let kept = new Array<number>(b.length + 1).fill(0)
  for (const token of a) {
    const next = [0]
    for (const [j, other] of b.entries()) {
      const same = token === other ? (kept[j] as number) + token.length : 0
      next.push(Math.max(same, kept[j + 1] as number, next[j] as number))
    }
    kept = next
  }
  const total = (tokens: readonly string[]) => tokens.reduce((sum, t) => sum + t.length, 0)
  return Math.max(total(a), total(b)) - (kept.at(-1) as number)
}

const tokensOf = (text: string) => text.match(/[\p{L}\p{N}_.]+|\S/gu) ?? []

/** Whether what is left out stands there once more. */
function isTwice(was: string, text: string): boolean {
  const is = was.startsWith(text) ? text : text.replace(/^\(([\s\S]*)\)$/, '$1')
  const [factor = ''] = was.startsWith(is) ? [was.slice(is.length).replace(/^[\s*]+/, '')] : []
  return factor.length > 1 && is.includes(factor)
}

/** Whether gradients are of the stated loss's size after an edit, where none is right before it that tells another one. */
function hasLossScale({ fixed, ratio }: Trial, { results, measured }: Judged): boolean {
  const own = results.find((r) => fixed.includes(r.chain.id))
  if (own === undefined || !measured.loss.stated || results.some((r) => r.status === 'right')) return true
  return Math.abs((Math.abs(ratio) * own.rate) / own.ownRate - 1) < 1e-5
}

function placeCost(trial: Trial, suspect: Suspect | undefined, analysis: Analysis, judged: Judged): number {
  if (suspect === undefined) return 9
  const isUpdate = judged.results.some((r) =>
    r.chain.versions.some((v) => analysis.trace.sites[v.site]?.statement === suspect.site),
  )
  let cost = suspect.backward ? 0 : 1
  if (suspect.exonerated) cost += 1
  if (isUpdate && trial.row.kind !== 'sign') cost += 0.5
  return cost
}

async function verify(
  run: Runner,
  ranked: readonly Trial[],
  group: readonly Suspect[],
  judged: Judged,
  edits: readonly SourceEdit[],
  deadline: number,
): Promise<Repair | undefined> {
  const most = ranked[0]?.fixed.length ?? 0
  for (const trial of ranked.filter((t) => t.fixed.length === most).slice(0, 3)) {
    if (Date.now() > deadline) return undefined
    const suspect = group[Math.floor(trial.probe / 8)]
    if (suspect === undefined) continue
    const edit: SourceEdit = { file: suspect.file, span: trial.row.span, text: trial.row.text }
    const rerun = await run({ edits: [...edits, edit], seed: 2 })
    if (rerun.trace.error !== undefined) continue
    const afterAnalysis = analyse(rerun.trace, judged.measured.loss)
    const after = afterAnalysis.best
    if (after === undefined) continue
    const names = new Map(judged.results.map((r) => [r.chain.id, r.chain.name]))
    const fixedNames = trial.fixed.map((id) => names.get(id) ?? '')
    const holds = fixedNames.every((name) =>
      after.results.some(
        (r) => r.chain.name === name && r.status !== 'wrong' && (trial.ratio < 0 || r.status !== 'sign'),
      ),
    )
    if (!holds) continue
    const others = ranked.filter(
      (t) => t.fixed.length === most && Math.floor(t.probe / 8) !== Math.floor(trial.probe / 8),
    )
    const alternatives = others.flatMap((t) => {
      const at = group[Math.floor(t.probe / 8)]
      return at === undefined ? [] : [{ suspect: at, row: t.row }]
    })
    return { trial, suspect, edit, fixedNames, alternatives, before: judged, after, afterAnalysis }
  }
  return undefined
}
