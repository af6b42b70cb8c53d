/**
 * A script that trains once for each element of a list, `for optimiser in [Sgd(), Adam()]:`. The trace ends within the
 * first turn; each other one is traced with the list cut down to its element, and its updates are looked at as well.
 */

import type { Analysis } from '../analyse.ts'
import type { Finding } from '../types.ts'
import { optimizerFaults } from './optimizer.ts'
import { analyseEdited, type Scene } from './trial.ts'
import { turnedUpdates } from './turned-updates.ts'

const LOOP = /^\s*for\s[^:]*?\sin\s+/
const MOST_TURNS = 6
const PAIRS: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' }

interface Literal {
  readonly file: string
  readonly span: readonly [number, number, number, number]
  readonly open: string
  readonly elements: readonly string[]
}

export async function otherTurns(scene: Scene): Promise<Finding[]> {
  const literal = literalIn(scene.analysis)
  for (const element of literal?.elements.slice(1, MOST_TURNS) ?? []) {
    if (literal === undefined || Date.now() > scene.deadline - 6000) return []
    const edit = { file: literal.file, span: literal.span, text: alone(literal, element) }
    const analysis = await analyseEdited(scene, [edit])
    if (analysis === undefined) continue
    const turn = { ...scene, analysis, edits: [...scene.edits, edit] }
    for (const rule of [optimizerFaults, turnedUpdates]) {
      const { findings } = await rule(turn)
      const seen = `in the turn of ${element.replace(/\s+/g, ' ')}, traced by itself`
      if (findings.length > 0) return findings.map((f) => ({ ...f, evidence: [...f.evidence, seen] }))
    }
  }
  return []
}

/** A literal of one element that is as many lines long. */
function alone({ open, span }: Literal, element: string): string {
  const lines = span[2] - span[0] - (element.split('\n').length - 1)
  return `${open}${element},${'\n'.repeat(Math.max(0, lines))}${PAIRS[open] ?? ''}`
}

/** The list whose first turn the trace ended in. */
function literalIn({ trace }: Analysis): Literal | undefined {
  if (trace.status === 'finished' || trace.error !== undefined) return undefined
  for (const [file, source] of trace.sources) {
    const lines = source.split('\n')
    for (const [index, text] of lines.entries()) {
      const head = LOOP.exec(text)?.[0]
      if (head === undefined || turnsAt(trace, file, index + 1) !== 1) continue
      const name = /^([A-Za-z_]\w*)(?:\.items\(\))?\s*:/.exec(text.slice(head.length))?.[1]
      const at = name === undefined ? index : lines.findLastIndex((l, i) => i < index && isAssigned(l, name))
      const from = name === undefined ? head.length : /^\s*\w+\s*=\s*/.exec(lines[at] ?? '')?.[0].length
      const literal = from === undefined ? undefined : literalAt(file, lines, at, from)
      if (literal !== undefined) return literal
    }
  }
  return undefined
}

const isAssigned = (line: string, name: string) => new RegExp(`^\\s*${name}\\s*=\\s*[[({]`).test(line)

function turnsAt({ events, sites }: Analysis['trace'], file: string, line: number): number {
  return events.filter((e) => e.kind === 'iteration' && sites[e.site]?.line === line && sites[e.site]?.file === file)
    .length
}

/** The elements of a list, a tuple or a dictionary that is written at a place; not of numbers, which are no methods. */
function literalAt(file: string, lines: readonly string[], index: number, from: number): Literal | undefined {
  const text = lines.slice(index).join('\n').slice(from)
  const open = text[0] ?? ''
  if (PAIRS[open] === undefined) return undefined
  const elements: string[] = []
  const inside: string[] = []
  let [quote, start] = ['', 1]
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? ''
    if (quote !== '') {
      if (c === '\\') i++
      else if (c === quote) quote = ''
      continue
    }
    if (c === '#') return undefined
    if (c === "'" || c === '"') quote = c
    else if (PAIRS[c] !== undefined) inside.push(PAIRS[c])
    else if (c === ',' && inside.length === 1) {
      elements.push(text.slice(start, i).trim())
      start = i + 1
    } else if (c === inside.at(-1)) {
      inside.pop()
      if (inside.length > 0) continue
      elements.push(text.slice(start, i).trim())
      const all = elements.filter((e) => e !== '')
      const after = text.slice(i + 1)
      if (!/^(?:\.items\(\))?\s*(?::|$|\n|#)/.test(after) || all.length < 2) return undefined
      if (all.some((e) => /\sfor\s/.test(e)) || all.every((e) => /^[-+\d.eE_]+$/.test(e))) return undefined
      const made = text.slice(0, i + 1).split('\n')
      const last = made.at(-1)?.length ?? 0
      const end = made.length === 1 ? from + last : last
      return { file, span: [index + 1, from, index + made.length, end], open, elements: all }
    }
  }
  return undefined
}
