/**
 * Where the backward pass goes wrong, without any edit: what a statement computed is replaced by the true gradient of
 * some forward value, and the rest of the step is replayed. The statement at which this makes the wrong parameters
 * right is where it goes wrong, and what it should have computed is known.
 */

import type { Analysis } from '../analyse.ts'
import { isStill, type Judged, type ParameterResult, showsRatio } from '../judge.ts'
import { attempt, operandScales } from './attempt.ts'
import { blameBehind } from './behind.ts'
import { blameCallers, blameNames, blameUnfed } from './callers.ts'
import { blameBare, blameDerivatives } from './factors.ts'
import { type Label, Labels } from './labels.ts'
import { locateMultiple, type Multiple, runsOfSameFactor, type Scale } from './multiples.ts'
import { multiplied } from './multiply.ts'
import { flowsOf, ownPairings, pairingsOf, targetGroups } from './pairings.ts'
import { type Given, Replay } from './replay.ts'
import { better, betterFactor, judgeRival, ranked } from './rivals.ts'
import { type Explanation, givenOf, isNormal, type Located, type Pairing, type Situation } from './situation.ts'
import { regionOf, type Statement } from './statements.ts'
import { blameSums } from './sums-behind.ts'
import { rowsOf, waysOf } from './ways.ts'
import { workDone } from './work.ts'

/** The faults that explain most wrong parameters, one after the other, until all are explained or nothing more is found. */
export function locate(analysis: Analysis, judged: Judged, milliseconds: number): Located[] {
  const deadline = workDone() + milliseconds
  const step = Math.min(...judged.results.map((r) => r.step.step))
  const labels = new Labels(judged, step)
  const own = judged.results.filter((r) => r.step.step === step)
  const region = regionOf(analysis, { ...judged, results: own })
  let results = own.filter((r) => r.status !== 'unreached' && !isStill(r.step))
  let normal = normalOf(judged)
  let right = results.filter((r) => r.status === 'right')
  let off = results.filter((r) => r.status !== 'right')
  const out: Located[] = []
  let points = analysis.points.values
  const forced = new Map<number, Given>()
  while (off.length > 0 && out.length < 4 && workDone() < deadline) {
    const pinned = new Set([...forced].filter(([, given]) => given.from === undefined).map(([node]) => node))
    const situation = { analysis, judged, region, labels, points, pinned, wrong: off, right, normal }
    const found = likelier(situation, deadline)
    if (found === undefined || out.some((o) => o.statement === found.statement)) break
    out.push(found)
    if (found.scale !== undefined) {
      normal = found.scale.normal
      if (found.scale.byOwnRate) results = results.map((r) => ({ ...r, rate: r.ownRate }))
    }
    for (const o of found.occurrences) forced.set(o.node, givenOf(o))
    const replay = new Replay(analysis, region.end)
    points = analysis.points.values.map((_, p) => replay.values(p, forced))
    const now = restated({ ...situation, points, normal }, results, found)
    right = now.filter((r) => r.status === 'right')
    off = now.filter((r) => r.status !== 'right')
  }
  const behind = blameBehind({ analysis, judged, region, labels, points: analysis.points.values }, out)
  const called = blameCallers(analysis, blameBare(analysis, region, blameDerivatives(analysis, region, behind)))
  const blamed = blameSums(analysis, region, blameNames(analysis, blameUnfed(analysis, region, called)))
  if (off.some((r) => r.status === 'wrong')) return blamed
  return [
    ...blamed,
    ...locateFactors(
      { analysis, judged, region, labels, points, pinned: new Set(), wrong: off, right, normal },
      results,
      deadline,
    ),
  ]
}

/** A constant that got in somewhere, or a statement that should have computed another gradient. */
function likelier(situation: Situation, deadline: number): (Located & { readonly scale?: Scale }) | undefined {
  const wrong = situation.wrong.filter((r) => r.status === 'wrong')
  const multiple = locateMultiple(situation, (workDone() + deadline) / 2)
  const found = wrong.length === 0 ? undefined : explain({ ...situation, wrong }, deadline)
  if (multiple === undefined || found === undefined) return multiple ?? found
  if (isHandedUndivided(situation, multiple, found)) return { ...multiple, ...found, remake: multiple.remake }
  if (losesScale(situation, multiple) && found.fixed.length >= multiple.fixed.length) return found
  const gain = multiple.fixed.length - found.fixed.length
  return gain > 0 || (gain === 0 && multiple.remake.cost < (found.remake?.cost ?? NO_REMAKE)) ? multiple : found
}

/**
 * Where no gradient is right, whether a multiple makes all of them right but for a factor that the stated loss does not
 * have: two terms of a gradient whose proportion is wrong agree when either of them is multiplied.
 */
function losesScale(situation: Situation, found: Multiple): boolean {
  const { analysis, judged, region, wrong, right } = situation
  if (right.length > 0 || !judged.measured.loss.stated || Math.abs(found.factor + 1) < 1e-9) return false
  const after = multiplied(situation, found.statement, found.factor)
  const fits = new Replay(analysis, region.end, after).fits(new Map(), wrong)
  return fits.some((fit) => {
    const own = wrong.find((r) => r.chain.id === fit.chain)
    return own !== undefined && Math.abs((fit.ratio * own.rate) / own.ownRate - 1) > 1e-5
  })
}

/** Whether what one statement keeps as it got it (`gW2 = sum2`) others divide there by just the number that it is too large by. */
function isHandedUndivided(
  situation: Situation,
  multiple: Multiple,
  { statement, occurrences, fixed }: Located,
): boolean {
  const isSame = statement.times !== undefined && occurrences.every((o) => multiple.statement.outputs.includes(o.node))
  if (!isSame || fixed.length < multiple.fixed.length) return false
  return runsOfSameFactor(situation, multiple.factor, statement.site) <= occurrences.length
}

/** What the parameters follow once a statement has been put right. */
function restated(
  { analysis, region, points, normal }: Situation,
  results: readonly ParameterResult[],
  found: Located,
): ParameterResult[] {
  const fits = new Replay(analysis, region.end, points).fits(new Map(), results)
  return results.map((r): ParameterResult => {
    const fit = fits.find((f) => f.chain === r.chain.id)
    // An update that was turned round is right, whatever stands for the gradient in it.
    if (found.statement.updates && found.fixed.includes(r.chain.id)) return { ...r, status: 'right' }
    if (fit === undefined) return { ...r, status: 'wrong' }
    const ratio = fit.ratio * r.rate
    if (isNormal(fit.ratio, normal)) return { ...r, ratio, status: fit.ratio > 0 ? 'right' : 'sign' }
    return { ...r, ratio, status: fit.ratio < 0 ? 'sign' : 'scaled' }
  })
}

/** Where gradients that are right but for a constant get their factor. */
function locateFactors(situation: Situation, results: readonly ParameterResult[], deadline: number): Located[] {
  const out: Located[] = []
  let { points, right } = situation
  const { analysis, region, normal } = situation
  if (normal === undefined) return out
  const forced = new Map<number, Given>()
  for (let round = 0; round < 3 && workDone() < deadline; round++) {
    const fits = new Replay(analysis, region.end, points).fits(new Map(), results)
    right = results.filter((r) => fits.some((f) => f.chain === r.chain.id && isNormal(f.ratio, normal)))
    const off = results.filter((r) => fits.some((f) => f.chain === r.chain.id && !isNormal(f.ratio, normal)))
    if (off.length === 0) break
    const found = explain({ ...situation, points, right, wrong: off }, deadline, true)
    if (found === undefined || out.some((o) => o.statement === found.statement)) break
    out.push(found)
    for (const o of found.occurrences) forced.set(o.node, givenOf(o))
    points = situation.points.map((_, p) => new Replay(analysis, region.end, situation.points).values(p, forced))
  }
  return out
}

function normalOf(judged: Judged): number | undefined {
  const right = judged.results.find(showsRatio)
  return right && right.ratio / right.rate
}

function explain(situation: Situation, deadline: number, factors = false): Located | undefined {
  const { analysis, region, wrong, right } = situation
  const targets = { groups: targetGroups(situation), ways: factors ? [] : [...waysOf(situation), ...rowsOf(situation)] }
  const made = analysis.tape.madeFrom(
    wrong.map((r) => r.step.after),
    analysis.dependence.cut,
  )
  const flows = flowsOf(situation)
  const order = factors ? betterFactor : better
  const best = new Map<number, Explanation>()
  // Other gradients that a statement may be about: what is summed to 0 later on is right with and without its mean.
  const alike = new Map<number, Explanation[]>()
  const inParts = new Map<number, Explanation>()
  const statements = region.statements.filter((s) => s.outputs.some((n) => made.has(n)))
  const keep = (statement: Statement, pairing: Pairing, found: Explanation) => {
    const list = pairing.byUses === true ? inParts : best
    const other = list.get(statement.site)
    if (other === undefined || order(found, other)) {
      list.set(statement.site, found)
      if (list === best) alike.delete(statement.site)
    } else if (list === best && !order(other, found)) {
      const others = alike.get(statement.site) ?? []
      if (others.length < MOST_ALIKE) alike.set(statement.site, [...others, found])
    }
  }
  // In turns: what is likely is tried of every statement before what is less likely of any.
  let open = gradientsFirst(situation, statements).map((statement) => {
    const scales = new Map<number, number[]>()
    const scalesAt = (node: number) => {
      const list = scales.get(node) ?? operandScales(situation, node)
      scales.set(node, list)
      return list
    }
    const pairings = factors
      ? ownPairings(situation, statement, flows)
      : pairingsOf(situation, statement, targets, flows)
    return { statement, pairings, scalesAt, known: new Map<number, Label[]>() }
  })
  while (open.length > 0 && workDone() < deadline)
    open = open.filter(({ statement, pairings, scalesAt, known }) => {
      for (let k = 0; k < AT_A_TIME; k++) {
        const { value: pairing } = pairings.next()
        if (pairing === undefined || workDone() > deadline) return false
        const found = attempt(situation, statement, pairing, known, scalesAt)
        if (found !== undefined) keep(statement, pairing, found)
      }
      return true
    })
  for (const [site, one] of inParts) if (!best.has(site)) best.set(site, one)
  // Of names for one value that nothing was computed between, the last.
  const sorted = statements
    .flatMap((s) => best.get(s.site) ?? [])
    .reverse()
    .sort((a, b) => (order(a, b) ? -1 : order(b, a) ? 1 : 0))
  const draftOf = (e: Explanation, i: number) => {
    const draft = judgeRival(situation, e, inParts.get(e.statement.site), i, factors)
    if (draft.remake !== undefined) return draft
    const others = alike.get(e.statement.site) ?? []
    for (const other of others) {
      if (workDone() > deadline) break
      const instead = judgeRival(situation, other, undefined, i, factors)
      if (instead.remake !== undefined) return instead
    }
    return draft
  }
  const draftsOf = (list: readonly Explanation[]) => {
    const equals = list.filter((e) => e.fixed.length === list[0]?.fixed.length)
    return ranked(equals.slice(0, MAX_RIVALS).map(draftOf))
  }
  const all = draftsOf(sorted)
  // With the true gradient in its place any update is right: a change that is known behind it says more.
  const isNoChange = all.every((d) => d.explanation.statement.updates && d.remake === undefined)
  const behind = isNoChange && right.length > 0 ? draftsOf(sorted.filter((e) => !e.statement.updates)) : []
  const [first, ...others] = behind[0]?.remake === undefined ? all : behind
  if (first === undefined) return undefined
  const { statement, fixed, labelled } = first.explanation
  const { occurrences, remake } = first
  return {
    statement,
    fixed,
    labelled,
    occurrences,
    ...(remake !== undefined && { remake }),
    rivals: others.filter((o) => !o.explanation.statement.updates).map((o) => o.explanation.statement),
  }
}

/** What an optimiser computes from gradients waits until they have been looked at, and so does what carries no error. */
function gradientsFirst(situation: Situation, statements: readonly Statement[]): Statement[] {
  const ordered = optimisersLast(situation, statements)
  return [...ordered.filter((s) => s.signal), ...ordered.filter((s) => !s.signal)]
}

function optimisersLast({ analysis, wrong }: Situation, statements: readonly Statement[]): Statement[] {
  const gradients = wrong.flatMap((r) => r.gradientNode ?? [])
  if (gradients.length < wrong.length) return [...statements]
  const before = analysis.tape.madeFrom(gradients, analysis.dependence.cut)
  const isBefore = (s: Statement) => s.outputs.some((n) => before.has(n))
  return [...statements.filter(isBefore), ...statements.filter((s) => !isBefore(s))]
}

/** How many gradients are tried of a statement before the next one has its turn. */
const AT_A_TIME = 8
const MAX_RIVALS = 6
const MOST_ALIKE = 3
/** What a place costs whose change is not known. */
const NO_REMAKE = 3
