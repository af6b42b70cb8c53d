/** Where an optimiser's fault stands in the script, and the small edits of that place that could mend it. */

import type { Analysis } from '../analyse.ts'
import type { SourceEdit } from '../repair/repair.ts'
import { DIVISIONS, MULTIPLICATIONS } from '../tape/operations.ts'
import { statementOf } from '../trace/location.ts'
import type { Departure, Fault } from './optimizer-faults.ts'
import { replaceAt, textAt } from './trial.ts'

const AT_UPDATE = new Set<Departure>(['no-root', 'multiplied', 'correction-other'])

/** The site of the term that is wrong. */
export function placeOf({ tape, dependence, trace }: Analysis, fault: Fault): number {
  const { step, moment, departure, node } = fault
  if (node !== undefined) return tape.entry(node).site
  const own = statementOf(trace, tape.entry(moment.next).site)
  if (departure === 'momentum-sign' && moment.decay < 0) return own
  if (!AT_UPDATE.has(departure) && !departure.startsWith('correction')) return own
  const from = readersOf(fault, (n) => tape.entry(n).args)
  const first = step.nodes.find((n) => from.has(n) && n !== moment.next)
  if (departure === 'correction-foreign') return first === undefined ? own : tape.entry(first).site
  if (departure === 'correction-first' || departure === 'correction-second') {
    const named = renamedAt(trace, moment.next, own)
    if (named !== undefined) return named
  }
  if (departure === 'multiplied') {
    // Where it meets the gradient, or the other moment.
    const meets = step.nodes.find((n) => {
      const { op, args } = tape.entry(n)
      const [a = -1, b = -1] = args
      const own = (arg: number) => from.has(arg)
      const other = (arg: number) => !own(arg) && (arg === step.gradient || step.nodes.includes(arg))
      return MULTIPLICATIONS.has(op) && ((own(a) && other(b)) || (own(b) && other(a)))
    })
    if (meets !== undefined) return tape.entry(meets).site
  }
  const divides = step.nodes.filter((n) => {
    const { op, args } = tape.entry(n)
    return DIVISIONS.has(op) && from.has(args[1] ?? -1) && !dependence.cut.has(n)
  })
  const uses = divides.at(-1) ?? first
  return uses === undefined ? own : tape.entry(uses).site
}

/** Where a state gets a second name in the same step, as `m_hat = m`: there its correction would stand. */
function renamedAt({ events, sites }: Analysis['trace'], node: number, own: number): number | undefined {
  const grows = events.find((e) => e.kind === 'store' && e.node === node)
  if (grows?.kind !== 'store') return undefined
  const again = events.find(
    (e) =>
      e.kind === 'store' &&
      e.node === node &&
      e.place === 'name' &&
      e.site !== grows.site &&
      sites[e.site]?.kind === 'Assign' &&
      sites[e.site]?.function === sites[own]?.function,
  )
  return again?.kind === 'store' ? again.site : undefined
}

/** The nodes of the program that are computed from the moment's new value. */
function readersOf({ step, moment }: Fault, argsOf: (node: number) => readonly number[]): Set<number> {
  const found = new Set([moment.next])
  for (const node of step.nodes) if (argsOf(node).some((a) => found.has(a))) found.add(node)
  return found
}

/** What a rewriting has to know of a fault. */
type Rewritten = Pick<Fault, 'departure'> & { readonly moment: Pick<Fault['moment'], 'next'> }

export function rewritesOf(analysis: Analysis, fault: Rewritten, site: number): SourceEdit[] {
  const at = analysis.trace.sites[site]
  if (at === undefined) return []
  const text = textAt(analysis, at)
  const source = analysis.trace.sources.get(at.file) ?? ''
  const statement =
    analysis.trace.sites[analysis.trace.sites[analysis.tape.entry(fault.moment.next).site]?.statement ?? -1]
  const grows = statement === undefined ? '' : textAt(analysis, statement)
  const texts =
    fault.departure === 'correction-second' || fault.departure === 'correction-first'
      ? corrected(text, source, grows)
      : textsOf(fault.departure, text, rootIn(source))
  return [...new Set(texts)].filter((t) => t !== text).map((t) => replaceAt(at, t))
}

/** How this script takes a square root. */
function rootIn(source: string): (x: string) => string {
  const numpy =
    /^\s*import numpy as (\w+)/m.exec(source)?.[1] ?? (/^\s*import numpy\s*$/m.test(source) ? 'numpy' : undefined)
  const name = numpy ?? (/^\s*import (?:\w+, *)*math\b/m.test(source) ? 'math' : undefined)
  return name === undefined ? (x) => `(${x}) ** 0.5` : (x) => `${name}.sqrt(${x})`
}

function textsOf(departure: Departure, text: string, root: (x: string) => string): string[] {
  if (departure === 'no-root') return rooted(text, root)
  if (departure === 'squared')
    return [
      text.replace(/\s*\*\*\s*2(\.0*)?(?![\d.])/, ''),
      text.replace(/\b\w+\.square\(((?:[^()]|\([^()]*\))*)\)/, '$1'),
      text.replace(/([\w.[\]'"]+)\s*\*\s*\1/, '$1'),
    ]
  if (departure === 'not-squared') {
    const term = /^([\s\S]*\+\s*)([\s\S]+)$/.exec(text)
    const [, head = '', tail = ''] = term ?? []
    const factor = /^(\([^()]*\)|[\w.]+)\s*\*\s*([\s\S]+)$/.exec(tail)
    return [
      ...(factor === null ? [] : [`${head}${factor[1]} * ${factor[2]} ** 2`]),
      ...(/^[\s\S]+\*\s*\([^()]*\)$/.test(tail)
        ? [`${head}${tail.replace(/^([\s\S]+?)(\s*\*\s*\([^()]*\))$/, '$1 ** 2$2')}`]
        : []),
    ]
  }
  if (departure === 'weight-first' || departure === 'weight-second') {
    const decay = /=\s*([\w.]+)\s*\*/.exec(text)?.[1]
    if (decay === undefined) return []
    const same = decay.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    return [
      text.replace(new RegExp(`\\+\\s*${same}\\s*\\*`), `+ (1 - ${decay}) *`),
      text.replace(/\+\s*/, `+ (1 - ${decay}) * `),
    ]
  }
  if (departure === 'decay-sign' || departure === 'velocity-sign') return flipped(text)
  if (departure === 'adadelta-swapped')
    return [text.replace(/([\w.]+\((?:[^()]|\([^()]*\))*\))(\s*\/\s*)([\w.]+\((?:[^()]|\([^()]*\))*\))/, '$3$2$1')]
  if (departure === 'adadelta-root')
    return [text.replace(/\b(?:\w+\.)?(?:abs|absolute|fabs)\(((?:[^()]|\([^()]*\))*)\)/, '$1 ** 2')]
  if (departure === 'forgets') return [text.replace(/^([\w.[\]'":]+)\s*=\s*/, '$1 += ')]
  if (departure === 'correction-formula') return powered(text)
  if (departure === 'grows') return [text.replace(/\s*\+=\s*/, ' = ')]
  if (departure === 'momentum-sign') return [text.replace(/=\s*-\s*/, '= ')]
  if (departure === 'negative-square') return flipped(text)
  if (departure === 'multiplied') return [text.replace(/\*(\s*\(?\s*[\w.]*sqrt\b)/, '/$1')]
  return []
}

/** A product, or a power the wrong way round, as a power. */
function powered(text: string): string[] {
  const [product = '', left, right] = /([\w.[\]'"]+)\s*\*\*?\s*([\w.[\]'"]+)/.exec(text) ?? []
  return product === '' ? [] : [`${left} ** ${right}`, `${right} ** ${left}`].map((t) => text.replace(product, t))
}

/** The text with one of its + and − turned, the last first. */
function flipped(text: string): string[] {
  const signs = [...text.matchAll(/(?<=[\w)\]'"]\s*)[+-](?!\d*\s*$)/g)].filter(
    (m) => !/\d[eE]$/.test(text.slice(0, m.index)),
  )
  return signs.reverse().map((m) => `${text.slice(0, m.index)}${m[0] === '+' ? '-' : '+'}${text.slice(m.index + 1)}`)
}

/** The divisor at the end, or in parentheses with what keeps it from zero, under a root. */
function rooted(text: string, root: (x: string) => string): string[] {
  const slash = text.lastIndexOf('/')
  const tail = slash < 0 ? '' : text.slice(slash + 1)
  const lead = /^\s*/.exec(tail)?.[0] ?? ''
  const head = text.slice(0, slash + 1) + lead
  const sum = /^\(([\s\S]+?)\s*\+\s*([\w.-]+)\)([\s\S]*)$/.exec(tail.trim())
  const alone = /^([\w.[\]'"]+)([\s\S]*)$/.exec(tail.trim())
  return [
    ...(sum === null ? [] : [`${head}(${root(sum[1] ?? '')} + ${sum[2]})${sum[3]}`]),
    ...(alone === null ? [] : [`${head}${root(alone[1] ?? '')}${alone[2]}`]),
  ]
}

/** The mean of squares under the root, divided by 1 − β^t, with the script's own β and t. */
function corrected(text: string, source: string, grows: string): string[] {
  const decay = /=\s*([\w.]+)\s*\*/.exec(grows)?.[1]
  const count = /1(?:\.0*)?\s*-\s*[\w.]+\s*\*\*\s*([\w.]+|\([^()]*\))/.exec(source)?.[1]
  if (decay === undefined || count === undefined) return []
  const by = ` / (1 - ${decay} ** ${count})`
  if (/^\w+\s*=\s*[\w.[\]'"]+$/.test(text)) return [text + by]
  return [
    text.replace(/sqrt\(([^()]*)\)/, `sqrt($1${by})`),
    text.replace(/([\w.[\]'"]+)(\s*\*\*\s*0?\.5)/, `($1${by})$2`),
  ]
}
