/**
 * Integer arrays that do not hold what is computed: a fraction is dropped when it is written into them (of truth values,
 * all but whether it is 0), and a result beyond their range wraps around. Seen where the tape, which computes in f64, differs from what NumPy held.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import { WRITES } from '../tape/reverse.ts'
import type { Tensor } from '../tape/tensor.ts'
import type { TraceNode } from '../trace/trace.ts'
import type { Finding } from '../types.ts'
import { short } from './trial.ts'

const RANGES: Readonly<Record<string, string>> = {
  u1: '0 to 255',
  i1: '−128 to 127',
  u2: '0 to 65,535',
  i2: '−32,768 to 32,767',
  u4: '0 to 4,294,967,295',
  u8: '0 and above',
}
/** The tracer's digest reads at most this many elements of an array. */
const DIGEST_SIZE = 65_536

export function integerArrays(analysis: Analysis): Finding[] {
  const { trace, tape, points, best, dependence } = analysis
  const values = points.values[0] ?? tape.evaluate(new Map())
  const ends = [
    ...(best?.measured.loss.steps.slice(0, 2).flatMap((s) => s.terms.map(([n]) => n)) ?? []),
    ...(best?.results.map((r) => r.step.after) ?? []),
    ...analysis.chains.flatMap((c) => c.versions.slice(1, 3).map((v) => v.node)),
  ]
  const used = tape.ancestors(ends.filter((n) => n < trace.nodes.length))
  const findings: Finding[] = []
  const seen = new Set<string>()
  const told = new Set<string>()
  for (const index of [...used].sort((a, b) => a - b)) {
    const node = trace.nodes[index]
    const value = values[index]
    if (node === undefined || value === undefined || node.op === 'leaf' || !/^[iub]\d/.test(node.dtype)) continue
    const truths = node.dtype === 'b1'
    if (truths && !WRITES.has(node.op)) continue
    const off = differs(node, value)
    if (off === undefined) continue
    const isWhole = (x: number) => (truths ? x === 0 || x === 1 : Number.isInteger(x))
    const fraction = WRITES.has(node.op) && !value.data.every(isWhole)
    // A write that runs for every element tells the same each time; but where it makes a parameter, that is looked at last.
    const place = `${fraction} ${node.site}`
    if (told.has(place) && !(fraction && dependence.cut.has(index))) continue
    told.add(place)
    const finding = fraction ? truncated(analysis, index, off) : wrapped(analysis, index, value)
    const key = finding.map((f) => f.kind + f.line).join()
    if (finding.length === 0 || seen.has(key)) continue
    seen.add(key)
    findings.push(...finding)
    if (!fraction || dependence.cut.has(index)) break
  }
  return findings.slice(0, 2)
}

/** The sums of what was computed and of what was held, where they differ. */
function differs(node: TraceNode, value: Tensor): { exact: number; held: number } | undefined {
  if (typeof node.digest === 'number' || node.digest[0] === undefined) return undefined
  const step = value.data.length > DIGEST_SIZE ? Math.floor(value.data.length / DIGEST_SIZE) : 1
  let exact = 0
  for (let i = 0; i < value.data.length; i += step) exact += value.data[i] as number
  const held = node.digest[0]
  return Math.abs(exact - held) < 1e-9 * Math.max(1, Math.abs(exact)) ? undefined : { exact, held }
}

function truncated(analysis: Analysis, index: number, off: { exact: number; held: number }): Finding[] {
  const { tape, trace, chains } = analysis
  const dtype = trace.nodes[index]?.dtype ?? ''
  const name =
    chains.find((c) => c.versions.some((v) => v.node === index))?.name ??
    [...trace.events].reverse().find((e) => e.kind === 'store' && e.node === tape.entry(index).args[0])
  const subject =
    typeof name === 'string' ? name : name !== undefined && 'key' in name ? String(name.key) : 'this array'
  const at = trace.sites[tape.entry(index).site]
  return findingAt(analysis, {
    kind: 'integer-truncation',
    site: madeAt(analysis, index) ?? tape.entry(index).site,
    message:
      dtype === 'b1'
        ? `${subject} is an array of truth values: of what is written into it only remains whether it is 0`
        : `${subject} is an array of integers (${dtype}): what is written into it loses its fraction`,
    expected: 'an array of floats',
    received: `dtype ${dtype === 'b1' ? 'bool' : dtype}`,
    evidence: [
      `after ${at === undefined ? 'it is written' : `line ${at.line} has written`} into it, the sum of its elements should be ${short(off.exact)} and is ${short(off.held)}`,
    ],
    parameters: chains.some((c) => c.name === subject) ? [subject] : [],
  })
}

/** The statement that made the array: its type was decided there. */
function madeAt({ tape, trace }: Analysis, index: number): number | undefined {
  let made = index
  while (WRITES.has(tape.entry(made).op)) made = tape.entry(made).args[0] ?? -1
  const { site } = tape.entry(made)
  if (site >= 0) return site
  const kept = trace.events.find((e) => e.kind === 'store' && e.node === made)
  return kept?.kind === 'store' ? kept.site : undefined
}

function wrapped(analysis: Analysis, index: number, value: Tensor): Finding[] {
  const { tape, trace } = analysis
  const dtype = trace.nodes[index]?.dtype ?? ''
  const range = RANGES[dtype]
  if (range === undefined) return []
  const [low, high] = value.data.reduce(([l, h], x) => [Math.min(l, x), Math.max(h, x)], [Infinity, -Infinity])
  return findingAt(analysis, {
    kind: 'integer-overflow',
    site: tape.entry(index).site,
    message: `the result is kept in ${dtype === 'u1' ? 'uint8' : dtype}, which holds ${range}: what lies beyond wraps around`,
    expected: `values from ${short(low)} to ${short(high)}: convert to float first, with .astype(float)`,
    received: `dtype ${dtype === 'u1' ? 'uint8' : dtype}`,
    evidence: [
      `${value.data.length} values, of which the smallest should be ${short(low)} and the largest ${short(high)}`,
    ],
  })
}
