/** `nabla plan <run>`: what a step of a run is compiled to, as kernels, or as the graph before that. */

import { buildOptimizer, count, experimentOf, loadRun, oneOf, orWord, type SavedRun } from '../experiment/node.ts'
import { type Graph, printGraph } from '../graph/index.ts'
import { planKernels, printPlan } from '../plan/index.ts'
import { InternalError } from '../shared/index.ts'
import { buildPrediction, buildStep, type TargetSpec } from '../training/index.ts'
import type { CommandContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { readFlag } from './read-flag.ts'

export const PLAN_SCHEMA = 'nabla.plan/1'

const PROGRAMS = ['step', 'prediction'] as const

export async function planRun(
  context: CommandContext,
  directory: string,
  flags: { program?: string; batch?: string; graph?: boolean },
): Promise<number> {
  const program = readFlag(oneOf('program', PROGRAMS), flags.program ?? 'step', '--program')
  const run = await loadRun(directory)
  const graph = await buildProgram(run, program, flags.batch)
  if (flags.graph === true) {
    context.print(printGraph(graph))
    context.document(PLAN_SCHEMA, { run: directory, program, graph: printGraph(graph).split('\n') })
    return EXIT.fine
  }
  const plan = planKernels(graph)
  context.print(printPlan(plan))
  context.document(PLAN_SCHEMA, {
    run: directory,
    program,
    arenaBytes: plan.arenaBytes,
    kernels: plan.kernels.map(({ name, kind, domain, fused, flops, bytes }) => ({
      name,
      kind,
      domain,
      fused,
      flops,
      bytes,
    })),
  })
  return EXIT.fine
}

/** The program that the run's settings make, as `fit` and `predict` build it. */
async function buildProgram(
  run: SavedRun,
  program: (typeof PROGRAMS)[number],
  batch: string | undefined,
): Promise<Graph> {
  const { network, loss, classNames } = run.model
  const { experiment } = await experimentOf(run)
  const { regularizer, clip, classWeights, metrics } = experiment
  const given = batch === undefined ? experiment.batchSize : readFlag(orWord(count, ['all']), batch, '--batch')
  // A run on all its data at once is shown for one sample: how many there were stands in the data, not in the run.
  const batchSize = typeof given === 'number' ? given : 1
  if (program === 'prediction') return buildPrediction(network, loss, batchSize)
  if (loss === undefined) throw new InternalError('a run of the command line has a loss that is saved')
  const targets: TargetSpec =
    classNames === undefined
      ? { kind: 'values', shape: network.outputShape }
      : { kind: 'classes', count: classNames.length }
  return buildStep({
    network,
    loss,
    targets,
    batchSize,
    weighted: classWeights !== undefined,
    optimizer: buildOptimizer(experiment),
    regularizer,
    clip,
    predictions: metrics.length > 0,
  })
}
