/**
 * Two names for one array or dictionary that are each written as if it were their own, `m = v = {…}`; and `before = g`,
 * which is compared with `g` once `g` has been filled anew. The trace tells that both are one, a run with a copy what they
 * are when they are two.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import type { SourceEdit } from '../repair/repair.ts'
import { statementOf } from '../trace/location.ts'
import type { TraceEvent } from '../trace/trace.ts'
import { copyText } from './aliased.ts'
import { allNumbers } from './negative-roots.ts'
import { formOf } from './optimizer-form.ts'
import { updateSteps } from './optimizer-step.ts'
import {
  analyseEdited,
  countRight,
  fixOf,
  NOTHING_FOUND,
  type Outcome,
  replaceAt,
  type Scene,
  textAt,
  wrongNames,
} from './trial.ts'

const CHAINED = /^([\w.]+)\s*=\s*([\w.]+)\s*=\s*([^=][\s\S]*)$/
const PAIRED = /^([\w.]+)\s*,\s*([\w.]+)\s*=\s*([A-Za-z_][\w.]*)\s*,\s*\3$/
const RENAMED = /^([\w.]+)\s*=\s*([A-Za-z_][\w.]*)$/
const TARGET = /^([\w.]+?)\s*(?:\[.*\])?\s*(?:[-+*/]|\*\*|\/\/)?=(?!=)/
const MOST_TRIALS = 2
const MOST_SEEN = 4

interface Twins {
  readonly site: number
  readonly edit: SourceEdit
  readonly names: readonly [string, string]
  readonly reason: string
  readonly evidence: string
  /** What the edited script must show beside right gradients. */
  readonly isMended?: (after: Analysis) => boolean
}

export async function aliasedStates(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  const found = [...writtenTwice(scene), ...comparedWithItself(scene), ...writtenByLoops(scene)]
  const before = wrongNames(analysis)
  for (const { site, edit, names, reason, evidence, isMended } of found.slice(0, MOST_TRIALS)) {
    const after = await analyseEdited(scene, [edit])
    if (after === undefined || !allNumbers(after)) continue
    const [right, wrong] = [countRight(after), wrongNames(after).filter((name) => !before.includes(name))]
    if (right <= wrong.length || isMended?.(after) === false) continue
    const at = analysis.trace.sites[site]
    const findings = findingAt(analysis, {
      kind: 'aliased-array',
      site,
      message: `${names[0]} and ${names[1]} are two names for one object: ${reason}`,
      expected: 'an object of its own for each',
      received: at === undefined ? '' : textAt(analysis, at).trim(),
      evidence: [
        evidence,
        `checked: with a copy ${right} of ${after.best?.results.length ?? 0} gradients agree with the true ones, and every update is a number`,
      ],
      parameters: allNumbers(analysis) ? [] : analysis.dependence.parameters.map((c) => c.name),
    }).map((f) => ({ ...f, fix: fixOf(analysis, edit, true) }))
    return { findings, edits: [edit], analysis: after }
  }
  return NOTHING_FOUND
}

type Kept = Extract<TraceEvent, { kind: 'store' | 'bind' }>

/** Each statement that gives something a name, once. */
function* assignments({ trace }: Analysis): Generator<{ event: Kept; site: number; text: string }> {
  const seen = new Set<number>()
  for (const event of trace.events) {
    if (event.kind !== 'store' && event.kind !== 'bind') continue
    const site = statementOf(trace, event.site)
    const at = trace.sites[site]
    if (at === undefined || seen.has(site)) continue
    seen.add(site)
    yield { event, site, text: textAt({ trace } as Analysis, at).trim() }
  }
}

function writtenTwice(scene: Scene): Twins[] {
  const { analysis } = scene
  const out: Twins[] = []
  for (const { event, site, text } of assignments(analysis)) {
    const at = analysis.trace.sites[site]
    const chained = CHAINED.exec(text)
    const paired = PAIRED.exec(text)
    const [, first = '', second = '', value = ''] = chained ?? paired ?? []
    if (at === undefined || first === '' || first === second) continue
    const lines = writesUnder(analysis, event, first, second)
    if (lines === undefined) continue
    const anew =
      chained === null
        ? `${first}, ${second} = ${value}, ${copyText(scene, event, value)}`
        : `${first} = ${value}; ${second} = ${value}`
    out.push({
      site,
      edit: replaceAt(at, anew),
      names: [first, second],
      reason: 'what is written to one is written to the other',
      evidence: `lines ${lines[0]} and ${lines[1]} write to the same object, under the one name and under the other`,
    })
  }
  return out
}

/**
 * `self.m = self.v = [zeros, …]`, whose arrays a loop writes under names of its own, `for …, m, v in zip(…, self.m, self.v)`.
 * Which assignment made them one is known once it is taken apart, and no array is written under two names any more.
 */
function writtenByLoops({ analysis }: Scene): Twins[] {
  const { trace } = analysis
  const [twice] = writtenUnderTwo(analysis)
  if (twice === undefined) return []
  const seen = new Set<string>()
  return trace.sites.flatMap((at, site): Twins[] => {
    const text = at.kind === 'Assign' ? textAt(analysis, at).trim() : ''
    const [, first = '', second = '', value = ''] = CHAINED.exec(text) ?? []
    if (first === '' || first === second || !MAKES.test(value) || seen.has(`${at.file}:${at.line}`)) return []
    seen.add(`${at.file}:${at.line}`)
    const isMended = (after: Analysis) =>
      writtenUnderTwo(after).length === 0 && (!allNumbers(analysis) || (isAdaptive(after) && !isAdaptive(analysis)))
    return [
      {
        site,
        edit: replaceAt(at, `${first} = ${value}; ${second} = ${value}`),
        names: [first, second],
        reason: 'what is written to one is written to the other',
        evidence: `lines ${twice[0]} and ${twice[1]} write to the same array, under two names that stand for two`,
        isMended,
      },
    ]
  })
}

/** What makes an object: a list, a dictionary, a call. */
const MAKES = /[[({]/

/** The lines of writes to one array under two names. */
function writtenUnderTwo({ trace }: Analysis): [number, number][] {
  const names = new Map<number, Map<string, number>>()
  for (const event of trace.events) {
    if (event.kind !== 'write') continue
    const own = trace.sites[event.site]
    const at = trace.sites[own?.statement ?? -1] ?? own
    const name = at && TARGET.exec(textAt({ trace } as Analysis, at).trim())?.[1]
    if (at === undefined || name === undefined) continue
    const lines = names.get(event.container) ?? new Map<string, number>()
    names.set(event.container, lines.set(name, at.line))
  }
  return [...names.values()].flatMap((lines) => {
    const [one, other] = [...new Set(lines.values())]
    return lines.size > 1 && one !== undefined && other !== undefined ? [[one, other]] : []
  })
}

/** Whether an update goes by two moments, one of the gradient and one of its square. */
function isAdaptive(analysis: Analysis): boolean {
  return (analysis.best?.results ?? []).slice(0, MOST_SEEN).some((result) => {
    const [first, second] = updateSteps(analysis, result)
    const step = second ?? first
    const powers = (step && formOf(step))?.moments.map((m) => m.power * m.exponent)
    return powers?.length === 2 && powers.includes(1) && powers.includes(-1)
  })
}

/** The lines of two writes to one object, each under one of two names. */
function writesUnder({ trace }: Analysis, made: Kept, first: string, second: string): [number, number] | undefined {
  const lineOf = new Map<string, Map<string | number, number>>([
    [first, new Map()],
    [second, new Map()],
  ])
  for (const event of trace.events) {
    if (event.time < made.time) continue
    const isItem = (event.kind === 'store' || event.kind === 'bind') && event.place === 'item'
    if (!isItem && event.kind !== 'write') continue
    const own = trace.sites[event.site]
    const at = trace.sites[own?.statement ?? -1] ?? own
    const target = at && TARGET.exec(textAt({ trace } as Analysis, at).trim())?.[1]
    const lines = lineOf.get(target ?? '')
    if (at === undefined || lines === undefined) continue
    const object = event.kind === 'write' ? event.container : event.owner
    lines.set(object, at.line)
  }
  for (const [object, line] of lineOf.get(first) ?? []) {
    const other = lineOf.get(second)?.get(object)
    if (other !== undefined && other !== line) return [line, other]
  }
  return undefined
}

/** `g * before`, where both are what `g` is now. */
function comparedWithItself(scene: Scene): Twins[] {
  const { analysis } = scene
  const { tape, trace } = analysis
  const out: Twins[] = []
  const isFilled = (value: number, from: number, to: number) =>
    trace.events.some((e) => e.kind === 'write' && e.time > from && e.time <= to && e.node === value && e.node > from)
  const meets = tape.trace.nodes.flatMap((_, node) => {
    const { op, args, site } = tape.entry(node)
    const [a = -1, b = -2] = args
    const value = unsigned(analysis, a)
    return COMPARES.has(op) && site >= 0 && value === unsigned(analysis, b) ? [{ node, site, value }] : []
  })
  if (meets.length === 0) return out
  for (const { event, site, text } of assignments(analysis)) {
    const [, name = '', value = ''] = RENAMED.exec(text) ?? []
    const at = trace.sites[site]
    if (event.kind !== 'store' || name === '' || name === value || at === undefined) continue
    const isBoth = (source: string) => [name, value].every((word) => isWord(source, word))
    const met = meets.find(({ node, site: where, value: met }) => {
      const own = trace.sites[where]
      return (
        own?.function === at.function &&
        node > event.time &&
        isBoth(textAt(analysis, own)) &&
        isFilled(met, event.time, node)
      )
    })
    const line = trace.sites[met?.site ?? -1]?.line
    if (met === undefined || line === undefined) continue
    out.push({
      site,
      edit: replaceAt(at, `${name} = ${copyText(scene, event, value)}`),
      names: [name, value],
      reason: `when ${value} is filled anew, ${name} changes with it, and ${value} is compared with itself`,
      evidence: `in line ${line} both are the same values, although ${value} was filled after it was kept as ${name}`,
    })
  }
  return out
}

const COMPARES = new Set([
  'mul',
  'multiply',
  'sub',
  'subtract',
  'greater',
  'less',
  'equal',
  'not_equal',
  'greater_equal',
  'less_equal',
])
const UNARY = new Set(['sign', 'abs', 'absolute', 'copy', 'view', 'neg', 'negative'])

/** What a sign or a size is taken of. */
function unsigned({ tape }: Analysis, node: number): number {
  let at = node
  for (let depth = 0; depth < 4 && at >= 0 && UNARY.has(tape.entry(at).op); depth++) at = tape.entry(at).args[0] ?? at
  return at
}

const isWord = (source: string, word: string) =>
  new RegExp(`(?<![\\w.])${word.replaceAll('.', '\\.')}(?![\\w.])`).test(source)
