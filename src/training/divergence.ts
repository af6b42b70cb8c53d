/**
 * When a loss became NaN or infinite: which step it was, which operation of which layer gave the first such number,
 * and the parameters before it. Found by taking the steps since the last snapshot again: a step is a pure function of
 * state and batch, so the second time is as the first.
 */

import { evaluateGraph } from '../backend/index.ts'
import { expandComposites, type GraphNode } from '../graph/index.ts'
import { formatNumber, formatShape, NablaError } from '../shared/index.ts'
import type { BatchProgram } from './batch-program.ts'
import type { Engine, EngineState } from './engine.ts'
import type { Run } from './history.ts'
import type { ParameterValues } from './model.ts'

/** A loss that became NaN or infinite; `run` holds the history and the last good parameters. */
export class DivergedError extends NablaError {
  readonly run: Run

  constructor(problem: ConstructorParameters<typeof NablaError>[0], run: Run) {
    super(problem)
    this.run = run
  }
}

export interface Divergence {
  /** The step, counted from 1. */
  step: number
  /** The layer's (or loss's, or optimiser's) name. */
  scope: string
  operation: string
  /** In words: "layer "dense2", matmul [32, 10]". */
  where: string
  received: string
  /** Before that step. */
  parameters: ParameterValues
}

/** The largest finite f32: beyond it a number is infinite on every backend but the reference. */
const MOST_FLOAT32 = 3.4028234663852886e38

function allFinite(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false
  return true
}

/** Takes the steps after `from` until `isDone` says so; the number of the last one taken. */
async function replay(
  engine: Engine,
  from: EngineState,
  take: (engine: Engine) => Promise<BatchProgram>,
  isDone: (program: BatchProgram | undefined) => boolean,
): Promise<void> {
  engine.restore(from)
  let program: BatchProgram | undefined
  while (!isDone(program)) program = await take(engine)
}

/**
 * The first step after `snapshot` whose loss or whose updated parameters are not finite. `take` takes the engine's next
 * step; `last` is a step by which it is known to have happened. The engine is left before that step.
 */
export async function locateDivergence(
  engine: Engine,
  snapshot: EngineState,
  last: number,
  take: (engine: Engine) => Promise<BatchProgram>,
): Promise<Divergence> {
  let bad = last
  await replay(engine, snapshot, take, (program) => {
    if (program === undefined) return false
    const finite = Number.isFinite(engine.lossOf(program)) && [...engine.parameters().values()].every(allFinite)
    if (!finite) bad = engine.step
    return !finite || engine.step >= last
  })
  await replay(engine, snapshot, take, () => engine.step >= bad - 1)
  const before = engine.state()
  const parameters = engine.parameters()
  // Taken once more so that the program's buffers hold the step's batch and numbers.
  const program = await take(engine)
  const found = firstNotFinite(engine, program, before)
  engine.restore(before)
  return { step: bad, parameters, ...found }
}

/** Evaluates the engine's last step in f64; the first node with a value that is not finite (on the device, if that is f32). */
function firstNotFinite(
  engine: Engine,
  program: BatchProgram,
  before: EngineState,
): Omit<Divergence, 'step' | 'parameters'> {
  const graph = expandComposites(program.graph)
  const scalars = engine.lastScalars()
  const values = evaluateGraph(graph, (node) => {
    const state = before.values.get(node.name)
    if (state !== undefined) return Float64Array.from(state)
    return program.inputValues(node, scalars, engine.options.seed, engine.step)
  })
  const single = engine.options.backend.name !== 'reference'
  const most = single ? MOST_FLOAT32 : Number.MAX_VALUE
  for (const node of graph.nodes) {
    const data = values.get(node.id)?.data
    const at = data?.findIndex((value) => !(Math.abs(value) <= most)) ?? -1
    if (data !== undefined && at >= 0) return describeNode(node, data[at] ?? Number.NaN, at)
  }
  return {
    scope: 'loss',
    operation: 'rounding',
    where: 'the loss',
    received: 'a number that is finite in f64 and not in f32',
  }
}

function describeNode(node: GraphNode, value: number, at: number): Omit<Divergence, 'step' | 'parameters'> {
  const scope = node.origin.scope
  const operation = node.kind === 'apply' ? node.operation.name : node.kind
  const from = node.origin.derivativeOf
  const pass = from === undefined ? '' : `, in the backward pass of ${from.rule}`
  const received = Number.isFinite(value) ? `${formatNumber(value)}, which f32 can't hold` : String(value)
  return {
    scope,
    operation,
    where: `${scopeInWords(scope)}${operation} ${formatShape(node.shape)}${pass}`,
    received: `${received} as element ${at}`,
  }
}

function scopeInWords(scope: string): string {
  if (scope === '') return ''
  const isLayer = !/^(loss|optimizer|total)(\/|$)/.test(scope)
  return isLayer ? `layer "${scope}", ` : `${scope}, `
}
