/** What the search for a fault's place knows, and what it finds. */

import type { Analysis } from '../analyse.ts'
import type { Judged, ParameterResult } from '../judge.ts'
import { join, MATCH, proportion } from '../roles/measure.ts'
import type { Values } from '../tape/tape.ts'
import type { Tensor } from '../tape/tensor.ts'
import type { Labels } from './labels.ts'
import type { Remake } from './remake/change.ts'
import type { Forced, Given } from './replay.ts'
import type { Alias, Region, Statement } from './statements.ts'

export interface Occurrence {
  readonly node: number
  /** What the statement computed from right operands, and what it should have, at each point. */
  readonly given: readonly (Tensor | undefined)[]
  readonly wanted: readonly (Tensor | undefined)[]
  /** The forward value whose gradient is wanted. */
  readonly target: number
  /** From when on it is wanted, for what a statement only hands over. */
  readonly from?: number
  /** The name under which it is read then. */
  readonly alias?: Alias
}

export interface Located {
  readonly statement: Statement
  readonly fixed: readonly number[]
  readonly occurrences: readonly Occurrence[]
  /** Whether what it computes is another value's gradient than the one that is needed here. */
  readonly labelled: boolean
  /** The one change that makes the statement right, where there is one. */
  readonly remake?: Remake
  /** Other statements whose change would make the same parameters right. */
  readonly rivals: readonly Statement[]
}

export interface Situation {
  readonly analysis: Analysis
  readonly judged: Judged
  readonly region: Region
  readonly labels: Labels
  readonly points: readonly Values[]
  /** Nodes that an earlier round has put right. */
  readonly pinned: ReadonlySet<number>
  readonly wrong: readonly ParameterResult[]
  readonly right: readonly ParameterResult[]
  readonly normal: number | undefined
}

export interface Pairing {
  readonly nodes: readonly number[]
  readonly targets: readonly number[]
  readonly times?: readonly number[] | undefined
  /** Whether the targets are what single uses ask for. */
  readonly byUses?: boolean
}

export interface Explanation extends Pairing {
  readonly statement: Statement
  readonly forced: Forced
  readonly fixed: readonly number[]
  readonly labelled: boolean
  /** Whether what is wanted has the scale that the operands have. */
  readonly natural: boolean
  /** When it first differs from what is wanted. */
  readonly first: number
  /** Whether a sign is what is wrong. */
  readonly turned: boolean
}

/** Whether what a run of a statement computed is no multiple of what it should have. */
export const isOff = ({ given, wanted }: Occurrence) => !(proportion(join(given), join(wanted)).residual < MATCH)

export const isNormal = (ratio: number, normal: number | undefined) =>
  normal === undefined || Math.abs(ratio / normal - 1) < 1e-5

/** What a located statement should have computed, as a value to put in. */
export function givenOf({ wanted, from, alias }: Occurrence): Given {
  return { parts: wanted, ...(from !== undefined && { from }), ...(alias !== undefined && { alias }) }
}
