/**
 * Updates that climb: the gradient that they are given has the sign that the script's other gradients have, so that it
 * is the update, or a rate below zero, that is turned. A gradient that is itself turned is left to the repair.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import type { ParameterResult } from '../judge.ts'
import type { SourceEdit } from '../repair/repair.ts'
import { join, MATCH, proportion } from '../roles/measure.ts'
import { SUMS } from '../tape/operations.ts'
import type { Site } from '../trace/trace.ts'
import { formOf } from './optimizer-form.ts'
import { updateSteps } from './optimizer-step.ts'
import { analyseEdited, fixOf, listed, NOTHING_FOUND, type Outcome, replaceAt, type Scene, textAt } from './trial.ts'

const MOST_SITES = 2
const MOST_RATES = 3
const NAMED = /(lr|rate|alpha|eta|step|lern|tasa|gamma)\w*\s*[=:,)]/i

export async function turnedUpdates(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  const results = analysis.best?.results ?? []
  const turned = results.filter((r) => r.status === 'sign')
  // An update that does not turn with its gradient has no sign of its own.
  if (turned.length === 0 || turned.some((r) => isEven(analysis, r))) return NOTHING_FOUND
  const isZero = (r: ParameterResult) => r.step.gradient.every((x) => Math.abs(x) < 1e-14)
  const all = results.every((r) => r.status === 'sign' || r.status === 'unreached' || isZero(r))
  if (all) {
    const rate = await negativeRate(scene, turned)
    if (rate !== undefined) return rate
  }
  const right = results.filter((r) => r.status === 'right').map((r) => orientationOf(analysis, r))
  const usual = right.some((o) => o > 0) || !right.some((o) => o < 0) ? 1 : -1
  const atUpdate = turned.filter((r) => orientationOf(analysis, r) === usual)
  const groups = new Map<number, ParameterResult[]>()
  for (const result of atUpdate) {
    const site = siteOf(analysis, result)
    if (site >= 0) groups.set(site, [...(groups.get(site) ?? []), result])
  }
  // What turns everything at once, and stands in one place, is not several updates.
  if (groups.size > (all ? 1 : MOST_SITES) || (all && atUpdate.length < turned.length)) return NOTHING_FOUND
  const findings: Outcome['findings'][number][] = []
  const edits: SourceEdit[] = []
  let latest: Analysis | undefined
  for (const [site, group] of groups) {
    const at = analysis.trace.sites[site]
    const text = at === undefined ? undefined : flipped(textAt(analysis, at))
    if (at === undefined || text === undefined) continue
    const edit = replaceAt(at, text)
    const after = await analyseEdited(scene, [edit])
    if (after === undefined || !mends(after, group, turned.length)) continue
    findings.push(...claim(analysis, site, group, edit))
    if (edits.length > 0) continue
    edits.push(edit)
    latest = after
  }
  return { findings, edits, ...(latest && { analysis: latest }) }
}

function isEven(analysis: Analysis, result: ParameterResult): boolean {
  const [step] = updateSteps(analysis, result)
  if (step === undefined || step.states.length === 0) return false
  const form = formOf(step)
  return form !== undefined && !form.odd
}

function claim(analysis: Analysis, site: number, group: readonly ParameterResult[], edit: SourceEdit) {
  const names = group.map((r) => r.chain.name)
  return findingAt(analysis, {
    kind: 'sign',
    site,
    message: `the update of ${listed(names)} has the wrong sign: the gradient is right, and the update climbs the loss`,
    expected: edit.text,
    received: textAt(analysis, analysis.trace.sites[site] as Site),
    fix: fixOf(analysis, edit, true),
    evidence: [
      `the gradient that it is given is ${group.some((r) => orientationOf(analysis, r) < 0) ? '−1 times the true one, as that of the others is' : 'a positive multiple of the true one'}`,
      `checked: applying it, ${listed(names)} go${names.length > 1 ? '' : 'es'} down the loss`,
    ],
    parameters: names,
  })
}

function mends(after: Analysis, group: readonly ParameterResult[], before: number): boolean {
  const signs = (after.best?.results ?? []).filter((r) => r.status === 'sign')
  return (
    (after.best?.results.length ?? 0) > 0 &&
    signs.length < before &&
    group.every((g) => after.best?.results.some((r) => r.chain.name === g.chain.name && r.status !== 'sign'))
  )
}

/** Whether the last value that the script keeps as a gradient is a positive or a negative multiple of the true one; 0 where there is none. */
function orientationOf({ tape, dependence, points, trace, chains }: Analysis, { step }: ParameterResult): number {
  if (step.part !== undefined) return 0
  const states = new Set(chains.flatMap((c) => (c.parameter ? [] : c.versions.map((v) => v.node))))
  const made = tape.madeFrom([step.after], dependence.cut)
  const end = Math.min(step.after, ...[...states].filter((n) => n > step.before && made.has(n)))
  let orientation = 0
  for (const event of trace.events) {
    if (event.kind !== 'store' || event.node <= step.before || event.node >= end || !made.has(event.node)) continue
    if (dependence.depends[event.node] !== 1 || dependence.cut.has(event.node)) continue
    const value = join(points.values.map((v) => v[event.node]))
    if (value.length !== step.gradient.length) continue
    const match = proportion(value, step.gradient)
    if (match.residual < MATCH && match.ratio !== 0) orientation = Math.sign(match.ratio)
  }
  return orientation
}

/** The expression, or the statement, that adds to a parameter or takes from it. */
function siteOf({ tape }: Analysis, { step }: ParameterResult): number {
  let node = step.after
  for (let depth = 0; depth < 12 && !SUMS.has(tape.entry(node).op); depth++) {
    const { op, args } = tape.entry(node)
    const next = op === 'write' || op === 'put' ? args[1] : args[0]
    if (next === undefined || next <= step.before) return -1
    node = next
  }
  return SUMS.has(tape.entry(node).op) ? tape.entry(node).site : -1
}

const TURNED: Readonly<Record<string, string>> = { '+': '-', '-': '+' }

/** `w -= x` as `w += x`, `w - x` as `w + x`: the operator that is applied last. */
function flipped(text: string): string | undefined {
  const inPlace = /^([^=()]*?(?:\([^()]*\)[^=()]*?)*)([-+])=(?!=)/.exec(text)
  if (inPlace !== null) {
    const at = (inPlace[1] ?? '').length
    return `${text.slice(0, at)}${TURNED[text[at] ?? '']}${text.slice(at + 1)}`
  }
  let depth = 0
  for (let at = text.length - 1; at > 0; at--) {
    const character = text[at] ?? ''
    if (')]}'.includes(character)) depth++
    else if ('([{'.includes(character)) depth--
    else if (depth === 0 && TURNED[character] !== undefined && /[\w)\]}'"]\s*$/.test(text.slice(0, at))) {
      if (/\d[eE]$/.test(text.slice(0, at))) continue
      return `${text.slice(0, at)}${TURNED[character]}${text.slice(at + 1)}`
    }
  }
  return undefined
}

/** A number below zero in the source without whose sign everything goes down. */
async function negativeRate(scene: Scene, turned: readonly ParameterResult[]): Promise<Outcome | undefined> {
  const { analysis } = scene
  const edits: { edit: SourceEdit; named: boolean }[] = []
  for (const [file, source] of analysis.trace.sources)
    for (const [index, full] of source.split('\n').entries()) {
      const line = full.replace(/#.*$/, '')
      for (const match of line.matchAll(/(?<=[=(,:]\s*)-\s*(\d+\.?\d*(?:[eE]-?\d+)?|\.\d+)(?![\w.])/g)) {
        const span = [index + 1, match.index, index + 1, match.index + match[0].length] as const
        edits.push({
          edit: { file, span: [...span], text: match[1] ?? '' },
          named: NAMED.test(line.slice(0, match.index)),
        })
      }
    }
  edits.sort((a, b) => Number(b.named) - Number(a.named))
  for (const { edit } of edits.slice(0, MOST_RATES)) {
    const after = await analyseEdited(scene, [edit])
    // A sign in the loss turns what is held to be right, and mends nothing.
    if (after === undefined || !mends(after, turned, 1) || firstLoss(after) !== firstLoss(analysis)) continue
    const [line, column, endLine, endColumn] = edit.span
    const names = turned.map((r) => r.chain.name)
    const fix = fixOf(analysis, edit, true)
    return {
      findings: [
        {
          code: 'C-SIGN',
          kind: 'sign',
          file: edit.file,
          line,
          column: column + 1,
          endLine,
          endColumn: endColumn + 1,
          message: `the learning rate -${edit.text} is below zero: every update climbs the loss`,
          expected: edit.text,
          received: `-${edit.text}`,
          fix,
          evidence: [
            `the updates of ${listed(names)} are their gradients with the opposite sign`,
            'checked: without the sign, every update goes down the loss',
          ],
          parameters: names,
        },
      ],
      edits: [edit],
      analysis: after,
    }
  }
  return undefined
}

/** The loss of the first step, as recorded. */
function firstLoss({ best, points }: Analysis): number {
  const terms = best?.measured.loss.steps[0]?.terms ?? []
  return terms.reduce((sum, [node, factor]) => sum + factor * (points.values[0]?.[node]?.data[0] ?? 0), 0)
}
