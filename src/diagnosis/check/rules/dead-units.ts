/** A layer of ReLUs that gives 0 for every sample: nothing below it receives a gradient. */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import type { Finding } from '../types.ts'
import { listed, short } from './trial.ts'

const RECTIFIERS = new Set(['maximum', 'fmax', 'mul', 'multiply', 'where', 'put', 'clip'])
const FEWEST = 8

export function deadUnits(analysis: Analysis): Finding[] {
  const { best, tape, dependence, points, trace } = analysis
  const values = points.values[0]
  const terms = best?.measured.loss.steps[0]?.terms.map(([n]) => n) ?? []
  if (best === undefined || values === undefined) return []
  const forward = tape.ancestors(terms, dependence.cut)
  // The same expression, in all traced rounds.
  const rounds = new Map<string, number[]>()
  for (const [i, { op, site }] of trace.nodes.entries()) {
    if (site < 0 || !RECTIFIERS.has(op) || tape.aside[i] === 1) continue
    const key = `${site} ${op}`
    const list = rounds.get(key)
    if (list === undefined) rounds.set(key, [i])
    else list.push(i)
  }
  for (const node of [...forward].sort((a, b) => a - b)) {
    const { op, args, site } = tape.entry(node)
    if (!RECTIFIERS.has(op) || dependence.depends[node] !== 1 || dependence.past.has(node) || site < 0) continue
    if ((values[node]?.data.length ?? 0) < 2) continue
    const all = rounds.get(`${site} ${op}`) ?? []
    const size = all.reduce((n, i) => n + (values[i]?.data.length ?? 0), 0)
    if (size < FEWEST) continue
    if (!all.every((i) => values[i]?.data.every((x) => x === 0) === true)) continue
    const input = args
      .map((a) => values[a])
      .find((v, i) => dependence.depends[args[i] ?? -1] === 1 && v?.data.some((x) => x < 0))
    if (input === undefined) continue
    const below = tape.ancestors([node], dependence.cut)
    const still = best.results.filter((r) => below.has(r.step.before) && r.step.update.every((x) => x === 0))
    const [low, high] = input.data.reduce(([l, h], x) => [Math.min(l, x), Math.max(h, x)], [Infinity, -Infinity])
    return findingAt(analysis, {
      kind: 'dead-units',
      site,
      message: `all units of this layer are dead: they give 0 for every sample, and pass no gradient on${still.length > 0 ? ` to ${listed(still.map((r) => r.chain.name))}` : ''}`,
      expected:
        'units whose inputs are above 0 for some samples: initial weights of both signs, biases at 0 or a little above',
      received: `inputs from ${short(low)} to ${short(high)}`,
      evidence: [
        `0 of ${size} activations in the traced steps are above 0`,
        ...(still.length > 0 ? [`the gradients of ${listed(still.map((r) => r.chain.name))} are exactly 0`] : []),
      ],
    })
  }
  return []
}
