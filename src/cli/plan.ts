/** `nabla plan <run>`: what a step of a run is compiled to, as kernels, or as the graph before that. */

import { type Graph, printGraph } from '../graph/index.ts'
import { planKernels, printPlan } from '../plan/index.ts'
import { InternalError } from '../shared/index.ts'
import { buildPrediction, buildStep, type TargetSpec } from '../training/index.ts'
import { chooseOptimizer } from './build-network.ts'
import type { CommandContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { oneOf, readBatch } from './read-setting.ts'
import { loadRun, type SavedRun } from './saved-run.ts'
import { clippingOf, regularizerOf, resolveSettings } from './train-settings.ts'

export const PLAN_SCHEMA = 'nabla.plan/1'

const PROGRAMS = ['step', 'prediction'] as const

export async function planRun(
  context: CommandContext,
  directory: string,
  flags: { program?: string; batch?: string; graph?: boolean },
): Promise<number> {
  const program = oneOf('program', PROGRAMS)(flags.program ?? 'step', '--program')
  const run = await loadRun(directory)
  const graph = buildProgram(run, program, flags.batch)
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
function buildProgram(
  { model, config }: SavedRun,
  program: (typeof PROGRAMS)[number],
  batch: string | undefined,
): Graph {
  const { network, loss, classNames } = model
  const resolved = resolveSettings({}, {}, { path: 'config.json', settings: config.settings })
  const { settings } = resolved
  const given = batch === undefined ? settings.batch : readBatch(batch, '--batch')
  // A run on all its data at once is shown for one sample: how many there were stands in the data, not in the run.
  const batchSize = given === 'all' ? 1 : given
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
    weighted: false,
    optimizer: chooseOptimizer(resolved),
    regularizer: regularizerOf(settings),
    clip: clippingOf(settings),
    predictions: false,
  })
}
