/** A loss as the analysis has it: a sum of values of the tape for each step of the training. */

import type { Tape } from '../tape/tape.ts'
import { type Dependence, versionsRead } from './dependence.ts'

export type LossForm = 'stated' | 'squared' | 'binary cross-entropy' | 'cross-entropy'

export interface Loss {
  readonly form: LossForm
  readonly stated: boolean
  /** The name it has in the script, or the formula that was inferred. */
  readonly name: string
  readonly site: number
  /** One entry for each step: Σ coefficient · node. */
  readonly steps: readonly LossStep[]
  readonly prediction?: number
  readonly target?: number
  /** It is given back beside a loss and meets no targets: no loss by itself, but it may be a part of one. */
  readonly isPart?: true
  /** It is stated in two parts, which the script adds up nowhere. */
  readonly isSum?: true
}

export interface LossStep {
  readonly terms: readonly (readonly [number, number])[]
  /** chain -> the version of it that the loss was computed from. */
  readonly reads: ReadonlyMap<number, number>
}

const MAX_STEPS = 8

export const isScalar = (tape: Tape, node: number) => (tape.trace.nodes[node]?.shape ?? []).every((n) => n === 1)

/** Terms in time order, cut into steps where a term was computed from a newer version of a parameter. */
export function stepsOf(tape: Tape, dependence: Dependence, terms: readonly (readonly [number, number])[]): LossStep[] {
  const steps: { terms: [number, number][]; reads: Map<number, number> }[] = []
  for (const [node, factor] of [...terms].sort((a, b) => a[0] - b[0])) {
    const reads = versionsRead(tape, dependence, node)
    if (reads.size === 0) continue
    const last = steps.at(-1)
    const fits =
      last !== undefined && [...reads].every(([chain, version]) => (last.reads.get(chain) ?? version) === version)
    if (fits) {
      last.terms.push([node, factor])
      for (const [chain, version] of reads) last.reads.set(chain, version)
    } else {
      if (steps.length >= MAX_STEPS) break
      steps.push({ terms: [[node, factor]], reads })
    }
  }
  return steps
}

/** The same dependence, for nodes that were appended after it was computed. */
export function grown(tape: Tape, dependence: Dependence): Dependence {
  const depends = new Uint8Array(tape.length)
  depends.set(dependence.depends)
  for (let node = dependence.depends.length; node < tape.length; node++) {
    if (tape.entry(node).args.some((a) => depends[a] === 1)) depends[node] = 1
  }
  return { ...dependence, depends }
}
