/** Which of several statements that would explain as much is at fault. */

import { join } from '../roles/measure.ts'
import type { Site } from '../trace/trace.ts'
import { compare } from './attempt.ts'
import { lackOf, lacksConstant } from './lacks.ts'
import type { Remake } from './remake/change.ts'
import { remakeOf } from './remake/remake.ts'
import { type Explanation, isOff, type Occurrence, type Situation } from './situation.ts'
import type { Statement } from './statements.ts'

export interface Rival {
  readonly explanation: Explanation
  readonly occurrences: readonly Occurrence[]
  readonly remake: Remake | undefined
  readonly cost: number
}

/** What a term costs that the statement lacks, and that no value of the script is. */
const LACK = 1.9

const CLEARED = 0.6

const HANDS_ON = 0.1
const OWN = 0.3

/** Faults of shape, which a later statement could mend as well as the one that made the value. */
const SHAPES = new Set(['bias-gradient', 'reduction-axis', 'transpose'])
const NEAR = 0.25

/** The cheapest first; where the same change of shape would do at several places, the first of them. */
export function ranked(rivals: readonly Rival[]): Rival[] {
  const sorted = [...rivals].sort((a, b) => a.cost - b.cost)
  const [top] = sorted
  if (top?.remake === undefined || !SHAPES.has(top.remake.kind)) return sorted
  const same = sorted.filter(
    (r) => r.remake?.kind === top.remake?.kind && r.cost < top.cost + NEAR && !r.explanation.statement.updates,
  )
  const [first] = same.sort(
    ({ explanation: a }, { explanation: b }) => a.first - b.first || a.statement.site - b.statement.site,
  )
  return first === undefined ? sorted : [first, ...sorted.filter((r) => r !== first)]
}

const NO_DATA: Remake = {
  kind: 'missing-term',
  text: 'what is missing depends on no parameter: a term of the data alone, such as the targets',
  cost: 1.95,
}

/** A statement that one small change would make right is at fault sooner than one that would have to be another. */
export function judgeRival(
  situation: Situation,
  explanation: Explanation,
  inParts: Explanation | undefined,
  place: number,
  factors: boolean,
): Rival {
  const { analysis, judged, region } = situation
  const whole = compare(situation, explanation)
  const remade = ({ occurrences, values }: ReturnType<typeof compare>) =>
    factors ? undefined : remakeOf({ analysis, judged, region, values }, occurrences)
  let remake = remade(whole)
  let { occurrences } = whole
  if (remake === undefined && inParts !== undefined && inParts.fixed.length >= explanation.fixed.length) {
    const parts = compare(situation, inParts)
    remake = remade(parts)
    if (remake !== undefined) occurrences = parts.occurrences
  }
  const adjoints = situation.labels.adjoints
  const { times, signal } = explanation.statement
  if (remake === undefined && !factors) {
    // Of a run that is right already nothing is missing, and of one that has nothing it can't be told what.
    const off = occurrences.filter(isOff)
    const first = off.find((o) => join(o.given).some((x) => x !== 0)) ?? off[0] ?? occurrences[0]
    const lack = first && lackOf(analysis, adjoints, first)
    if (lack !== undefined) remake = { ...lack, cost: LACK }
    // What the forward pass keeps lacks nothing: where the targets come in is behind it.
    else if (
      !explanation.statement.updates &&
      (times === undefined || signal) &&
      first !== undefined &&
      lacksConstant(first)
    )
      remake = NO_DATA
  }
  // What a class is handed is right for what it computed: where nobody knows the change, it is missing in there.
  const weight = remake !== undefined ? 1 : times !== undefined ? 2 : 0
  const hints = explanation.labelled && weight > 0 ? weight * likeness(situation, explanation) : 0
  // What only hands a value on is where the value should have become another one.
  const lacks = remake?.kind.startsWith('missing') === true
  // The gradient of a bias is the error itself: under that name nothing is missing that the error does not lack.
  const isBias = explanation.targets.every((t) => analysis.dependence.cut.has(situation.labels.valueOf(t)))
  const isHandOver = lacks && times !== undefined && !isBias
  const handsOn = !isHandOver ? 0 : returnsOwn(analysis, explanation.statement) ? -HANDS_ON : HANDS_ON
  // Where nobody knows the change, what computes a value is to blame sooner than what hands it on.
  const unknown = explanation.statement.times === undefined ? 3 : 3.3
  // What right gradients were computed from, too, is right more likely than not.
  const cleared = explanation.statement.exonerated && !explanation.statement.updates && !factors ? CLEARED : 0
  const own = lacks && hasAttribute(situation.analysis, explanation.statement, remake?.text ?? '') ? OWN : 0
  const cost = (remake?.cost ?? unknown) - hints - handsOn - own + cleared + 0.05 * place
  return { explanation, occurrences, remake, cost }
}

/** Whether what is missing is an attribute of the class that a statement stands in: a layer's own weights. */
function hasAttribute({ trace }: Situation['analysis'], { site }: Statement, missing: string): boolean {
  const at = trace.sites[site]
  const name = /\.(\w+)(?:\[[^\]]*\])* it is the gradient/.exec(missing)?.[1]
  const source = trace.sources.get(at?.file ?? '') ?? ''
  const start = at === undefined || name === undefined ? undefined : enclosingClass(source, at.line)
  if (start === undefined) return false
  const lines = source.split('\n').slice(start)
  const end = lines.findIndex((line) => /^\S/.test(line))
  return new RegExp(`\\bself\\.${name}\\b`).test(lines.slice(0, end < 0 ? undefined : end).join('\n'))
}

/** `return dx`, where the same function has just computed it: what it lacks, it lacks there. */
function returnsOwn({ trace, tape }: Situation['analysis'], { site, outputs }: Statement): boolean {
  const at = trace.sites[site]
  const whole = trace.sites[at?.statement ?? -1] ?? at
  // Each layer has a `backward` of its own.
  const classOf = ({ file, line }: Site) => enclosingClass(trace.sources.get(file) ?? '', line)
  return (
    whole?.kind === 'Return' &&
    outputs.every((n) => {
      const made = trace.sites[tape.entry(n).site]
      return made?.function === whole.function && made.file === whole.file && classOf(made) === classOf(whole)
    })
  )
}

/** What speaks for a statement that lacks a factor: it is called after the value whose gradient is wanted, or stands in the class that computed the one whose gradient it has. */
function likeness({ analysis, labels, points }: Situation, { statement, nodes, targets }: Explanation): number {
  const { trace, tape } = analysis
  const site = trace.sites[statement.site]
  const [target, node] = [targets[0] ?? -1, nodes[0] ?? -1]
  if (site === undefined) return 0
  const wanted = labels.adjoints.map((_, p) => labels.gradient(target, p))
  const same = new Set(
    labels
      .find(join(wanted))
      .filter((l) => Math.abs(l.scale - 1) < 1e-9)
      .map((l) => l.node),
  )
  const names = trace.events.flatMap((e) => (e.kind === 'store' && same.has(e.node) ? [bare(e.key)] : []))
  const own = trace.events.flatMap((e) =>
    e.kind === 'store' && trace.sites[e.site]?.statement === statement.site ? [bare(e.key)] : [],
  )
  const called = own.some((key) => names.some((n) => n !== '' && key !== n && key.includes(n)))
  const scopeOf = (file: string, line: number) => enclosingClass(trace.sources.get(file) ?? '', line)
  const home = scopeOf(site.file, site.line)
  const beside = labels.of(node, points).some((l) => {
    const made = trace.sites[tape.entry(l.node).site]
    return made !== undefined && made.file === site.file && scopeOf(made.file, made.line) === home
  })
  return (called ? 0.3 : 0) + (beside ? 0.3 : 0)
}

const bare = (key: string | number) => (typeof key === 'number' ? '' : key.toLowerCase().replace(/[^a-z0-9]/g, ''))

/** The line of the class that a line is in. */
function enclosingClass(source: string, line: number): number | undefined {
  const lines = source.split('\n')
  const depthOf = (text: string) => text.length - text.trimStart().length
  let depth = depthOf(lines[line - 1] ?? '')
  for (let at = line - 1; at > 0; at--) {
    const text = lines[at - 1] ?? ''
    if (text.trim() === '' || depthOf(text) >= depth) continue
    depth = depthOf(text)
    if (/^\s*class\b/.test(text)) return at
  }
  return undefined
}

/** More parameters first; then the last statement that hands on another value's gradient; then the first that is wrong. */
export function better(a: Explanation, b: Explanation): boolean {
  if (a.fixed.length !== b.fixed.length) return a.fixed.length > b.fixed.length
  if (a.statement.updates !== b.statement.updates) return b.statement.updates
  if (a.natural !== b.natural) return a.natural
  if (a.labelled !== b.labelled) return a.labelled
  return a.labelled ? a.first > b.first : a.first < b.first
}

/** For a constant: where the operands have the scale that is wanted; else at the update's sign, or the gradient itself. */
export function betterFactor(a: Explanation, b: Explanation): boolean {
  if (a.fixed.length !== b.fixed.length) return a.fixed.length > b.fixed.length
  const rank = (e: Explanation) => (e.natural && !e.statement.updates ? 0 : e.turned === e.statement.updates ? 1 : 2)
  if (rank(a) !== rank(b)) return rank(a) < rank(b)
  return rank(a) === 0 ? a.first < b.first : a.first > b.first
}
