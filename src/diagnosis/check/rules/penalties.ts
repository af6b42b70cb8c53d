/**
 * Weight decay that one parameter lacks, has twice, or has with the wrong sign. An update is split into a multiple of the
 * gradient and a multiple of the parameter itself; what the latter should be is said by a loss that states the penalty,
 * or by the script's other weights.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import { subjectOf } from '../findings/finding.ts'
import type { Judged, ParameterResult } from '../judge.ts'
import { join, MATCH, proportion } from '../roles/measure.ts'
import { statementOf } from '../trace/location.ts'
import type { Finding } from '../types.ts'
import {
  type Decay,
  decayOf,
  familiesOf,
  first,
  isNone,
  isSame,
  type Multiples,
  PRODUCT,
  SAME,
  shrunkIn,
  split,
  times,
  vectors,
} from './decays.ts'
import { listed, short } from './trial.ts'
import { countsOf, errorStatement } from './undivided.ts'

interface Fault {
  readonly decay: Decay
  readonly says: 'missing' | 'doubled' | 'sign' | 'extra' | 'undivided' | 'beside-sum'
  readonly wanted: Multiples
}

export function penalties(analysis: Analysis): Finding[] {
  const { best } = analysis
  if (best === undefined) return []
  const decays = familiesOf(analysis, best).flatMap((family) => decayOf(analysis, family) ?? [])
  if (decays.length === 0) return []
  const stated = statedIn(analysis, best, decays)
  const counts = countsOf(analysis)
  const faults =
    stated.length > 0 ? stated.flatMap((d) => faultOf(d, d.stated ?? [], stated, counts)) : againstOthers(decays)
  const sums = faults.filter((f) => f.says === 'beside-sum')
  // Of a penalty that is so much too small beside the gradients of all, a part may be too small to be seen.
  if (sums.length > 0 && faults.every((f) => f.says === 'beside-sum' || f.says === 'missing'))
    return sumOfSamples(analysis, faults)
  const bySite = new Map<number, Fault[]>()
  for (const fault of faults) {
    const site = siteOf(analysis, fault.decay, decays)
    const group = bySite.get(site) ?? []
    if (site >= 0 && !group.some((f) => f.decay.family === fault.decay.family)) bySite.set(site, [...group, fault])
  }
  return [...bySite].flatMap(([site, group]) => claim(analysis, site, group, stated.length > 0))
}

/**
 * The same parameters with what a stated loss asks for. Where it is the chosen loss that states the penalty, another one
 * without it says how large the penalty is.
 */
function statedIn(analysis: Analysis, best: Judged, decays: readonly Decay[]): Decay[] {
  for (const judged of analysis.judged) {
    if (judged === best || !(judged.measured.loss.stated || best.measured.loss.stated)) continue
    const known = decays.map((decay) => besideLoss(analysis, judged, decay))
    const [one] = known
    if (one === undefined || known.some((k) => k === undefined || Math.abs(k.factor / one.factor - 1) > SAME)) continue
    const found = known.filter((k) => k !== undefined)
    const sign = found.some((k) => first(k.multiples) < 0) ? -1 : 1
    if (!(sign < 0 ? best : judged).measured.loss.stated || found.every((k) => isNone(k.multiples))) continue
    if (found.some((k) => sign * first(k.multiples) < 0)) continue
    return decays.map((decay, i): Decay => {
      const multiples = found[i]?.multiples ?? []
      if (sign > 0) return { ...decay, values: found[i]?.values ?? decay.values, stated: multiples, unit: one.factor }
      const own = decay.own.map((x, p) => (x === undefined ? undefined : x - (multiples[p] ?? 0)))
      return { ...decay, own, stated: times(multiples, -1) }
    })
  }
  return []
}

/** Another loss' gradient of a parameter as a multiple of the chosen one's and of the parameter. */
function besideLoss(analysis: Analysis, judged: Judged, { family, own, values }: Decay) {
  const steps = judged.measured.steps.flat()
  const { results } = family
  const same = results.map(({ step }) => steps.find((s) => s.chain.id === step.chain.id && s.before === step.before))
  if (same.some((s) => s === undefined)) return undefined
  const gradients = vectors(analysis, results, (r) => r.step.gradient)
  const others = vectors(analysis, results, (r) => same[results.indexOf(r)]?.gradient)
  for (const shrunk of isNone(own) ? shrunkIn(analysis, results) : [values]) {
    const fit = split(others, gradients, shrunk)
    if (fit !== undefined && fit.factor > 0) return { ...fit, values: shrunk }
  }
  return undefined
}

/** What is wrong with a decay that should be `wanted`; other multiples may be the author's own idea of a factor. */
function faultOf(decay: Decay, wanted: Multiples, all: readonly Decay[], counts: ReadonlySet<number>): Fault[] {
  const { own } = decay
  if (isSame(own, wanted)) return []
  // Beside a gradient of another scale than the others have, it is the gradient that is off.
  const usual = all.find((d) => d !== decay && isSame(d.own, d.stated ?? []))
  if (usual !== undefined && isSame(times(own, decay.factor), times(wanted, usual.factor))) return []
  if (isNone(wanted)) {
    const meant = all.some((d) => d !== decay && !isNone(d.stated ?? []) && isSame(own, d.stated ?? []))
    return meant ? [{ decay, says: 'extra', wanted }] : []
  }
  if (isNone(own)) return [{ decay, says: 'missing', wanted }]
  if (isSame(own, times(wanted, 2))) return [{ decay, says: 'doubled', wanted }]
  if (isSame(own, times(wanted, -1))) return [{ decay, says: 'sign', wanted }]
  const ratio = first(own) / first(wanted)
  if (counts.has(Math.round(ratio)) && isSame(own, times(wanted, Math.round(ratio))))
    return [{ decay, says: 'undivided', wanted }]
  if (counts.has(Math.round(1 / ratio)) && isSame(times(own, Math.round(1 / ratio)), wanted))
    return [{ decay, says: 'beside-sum', wanted }]
  return []
}

/**
 * Parameters among which two or more have the same decay, and one has it twice. That it is written with the same number is
 * seen at the random points, where each number has another value. A layer without any may be meant so.
 */
function againstOthers(decays: readonly Decay[]): Fault[] {
  const isOne = (x: Multiples, y: Multiples) => isSame(x, y) && isSame(x.slice(1), y.slice(1))
  const shrunk = decays.filter((d) => first(d.own) > 0)
  const usual = shrunk.find((d) => shrunk.filter((o) => isOne(o.own, d.own)).length >= 2)
  if (usual === undefined) return []
  const off = shrunk.filter((d) => !isOne(d.own, usual.own))
  const [one] = off
  const twice = one !== undefined && off.length === 1 && isOne(one.own, times(usual.own, 2))
  return twice ? [{ decay: one, says: 'doubled', wanted: usual.own }] : []
}

/** Where the decay enters; where it is missing, the statement in which the others have theirs, or should have it. */
function siteOf(analysis: Analysis, decay: Decay, all: readonly Decay[]): number {
  const { trace, tape } = analysis
  const [one] = decay.family.results
  const entered = isNone(decay.own) ? -1 : entryOf(analysis, decay)
  if (entered >= 0 || one === undefined) return entered
  const update = updateOf(one)
  const others = all.filter((d) => d !== decay && !isNone(d.own))
  const home = (site: number) => trace.sites[site]?.statement ?? site
  const inUpdates = others.some((d) => {
    const [other] = d.family.results
    return other !== undefined && home(entryOf(analysis, d)) === home(updateOf(other))
  })
  const gradient = one.gradientNode ?? gradientOf(analysis, one)
  const site = gradient < 0 || inUpdates ? -1 : tape.entry(gradient).site
  return trace.sites[home(site)]?.kind === 'Assign' ? site : update
}

const updateOf = ({ chain, step }: ParameterResult) => chain.versions.find((v) => v.node === step.after)?.site ?? -1

/** The first value of the step that is a multiple of the gradient. */
function gradientOf({ tape, dependence, points }: Analysis, { step }: ParameterResult): number {
  const made = [...tape.madeFrom([step.after], dependence.cut)].filter((n) => n > step.before && n < step.after)
  const isGradient = (node: number) => {
    if (dependence.depends[node] !== 1 || dependence.cut.has(node) || tape.entry(node).site < 0) return false
    const value = join(points.values.map((v) => v[node]))
    return value.length === step.gradient.length && proportion(value, step.gradient).residual < MATCH
  }
  return made.sort((a, b) => a - b).find(isGradient) ?? -1
}

const HANDS_ON = new Set(['view', 'move', 'copy', 'neg', 'negative'])

/** The operation in which a multiple of the parameter itself is made on the way to its update. */
function entryOf({ tape, dependence, best }: Analysis, { family }: Decay): number {
  const step = family.results[0]?.step
  if (step === undefined) return -1
  const terms = best?.measured.loss.steps.flatMap((s) => s.terms.map(([n]) => n)) ?? []
  const forward = tape.ancestors(terms, dependence.cut)
  const itself = new Set([step.before])
  for (const node of [...tape.madeFrom([step.after], dependence.cut)].sort((a, b) => a - b)) {
    const { op, args, site } = tape.entry(node)
    if (node <= step.before || node >= step.after) continue
    const [a, b] = args
    // A part of it may have been read by the forward pass already.
    if (HANDS_ON.has(op) && a !== undefined && itself.has(a)) itself.add(node)
    if (forward.has(node) || !PRODUCT.has(op) || a === undefined || b === undefined) continue
    const other = itself.has(a) ? b : itself.has(b) ? a : undefined
    if (other === undefined || dependence.depends[other] === 1 || site < 0) continue
    return site
  }
  return -1
}

/** Gradients that are summed over the samples, beside the penalty of a loss that has their mean. */
function sumOfSamples(analysis: Analysis, faults: readonly Fault[]): Finding[] {
  const { trace } = analysis
  const [one] = faults.filter((f) => f.says === 'beside-sum')
  if (one === undefined) return []
  const count = Math.round(first(one.wanted) / first(one.decay.own))
  // Of one parameter it is the gradient itself, of several the error that they have in common.
  const error = faults.length > 1 ? errorStatement(analysis) : undefined
  const site = error ?? siteOf(analysis, one.decay, [one.decay])
  const names = faults.flatMap((g) => g.decay.family.results.map((r) => r.chain.name))
  const statement = statementOf(analysis.trace, site)
  const at = trace.sites[statement]
  return findingAt(analysis, {
    kind: 'scale',
    site: statement,
    message: `${at === undefined ? 'the gradient' : subjectOf(trace.sources.get(at.file) ?? '', at)} lacks the division by the ${count} samples that the loss has: beside the gradient of the penalty, that of the error is ${count} times too large`,
    expected: `a mean over the samples, beside ${short(first(one.wanted) * (one.decay.unit ?? 1))} times the parameter`,
    received: 'their sum',
    evidence: [
      `the update of ${listed(one.decay.family.results.map((r) => r.chain.name))} is a multiple of the gradient plus ${short(first(one.decay.own) * (one.decay.unit ?? 1))} times the parameter itself; the loss that the script states asks for ${short(first(one.wanted) * (one.decay.unit ?? 1))}, ${count} times that`,
    ],
    parameters: names,
  })
}

const SAYS: Readonly<Record<Fault['says'], string>> = {
  missing: 'lacks the gradient of the penalty',
  doubled: 'has the gradient of the penalty twice',
  sign: 'has the gradient of the penalty with the wrong sign: it makes the weights grow',
  extra: 'has a decay, though the penalty leaves it out',
  undivided: 'has the gradient of the penalty without the division by the number of samples that the loss has',
  'beside-sum': 'has the sum over the samples beside the gradient of the penalty, where the loss has their mean',
}

function claim(analysis: Analysis, site: number, group: readonly Fault[], isStated: boolean): Finding[] {
  const [one] = group
  if (one === undefined) return []
  const shown = (x: Multiples) => short(first(x) * (one.decay.unit ?? 1))
  const names = group.flatMap((g) => g.decay.family.results.map((r) => r.chain.name))
  const by = isStated ? 'the loss that the script states asks for' : 'the other weights have'
  return findingAt(analysis, {
    kind: 'regularisation',
    site: statementOf(analysis.trace, site),
    message: `the update of ${listed(names)} ${SAYS[one.says]}`,
    expected: `the gradient plus ${shown(one.wanted)} times the parameter`,
    received: `the gradient plus ${shown(one.decay.own)} times the parameter`,
    evidence: [
      `the update is a multiple of the gradient plus ${shown(one.decay.own)} times the parameter itself${`; ${by} ${shown(one.wanted)}`}`,
    ],
    parameters: names,
  })
}
