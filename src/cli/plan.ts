/** `nabla plan <what>`: what a step is compiled to: as kernels, as the graph before that, or as the code after it. */

import { existsSync } from 'node:fs'
import { renderWat } from '../backend/index.ts'
import { renderNative } from '../backend/node.ts'
import { count, isExperimentFile, oneOf, orWord } from '../experiment/node.ts'
import { type Graph, printGraph } from '../graph/index.ts'
import { type Plan, planKernels, printPlan } from '../plan/index.ts'
import type { CommandContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { describeExperiment, describeRun, describeSizes, isSizes, type Planned, PROGRAMS } from './planned.ts'
import { readFlag } from './read-flag.ts'

export const PLAN_SCHEMA = 'nabla.plan/1'

const CODES = ['c', 'wat'] as const

export interface PlanFlags {
  program?: string
  batch?: string
  graph?: boolean
  code?: string
  threads?: string
}

export async function planProgram(context: CommandContext, what: string, flags: PlanFlags): Promise<number> {
  const program = readFlag(oneOf('program', PROGRAMS), flags.program ?? 'step', '--program')
  const batch = flags.batch === undefined ? undefined : readFlag(orWord(count, ['all']), flags.batch, '--batch')
  const code = flags.code === undefined ? undefined : readFlag(oneOf('code', CODES), flags.code, '--code')
  const threads = flags.threads === undefined ? {} : { threads: readFlag(count, flags.threads, '--threads') }
  const planned = await describe(what)
  const graph = planned.build(program, batch)
  const head = { run: what, program }
  if (flags.graph === true) {
    const text = printGraph(graph)
    context.print(text)
    context.document(PLAN_SCHEMA, { ...head, graph: text.split('\n') })
  } else if (code !== undefined) {
    const plan = planKernels(graph)
    const text = code === 'c' ? await renderNative(plan) : renderWat(plan, threads)
    context.print(text.trimEnd())
    context.document(PLAN_SCHEMA, { ...head, code, text })
  } else {
    printKernels(context, graph, head)
  }
  return EXIT.fine
}

/** A network by its sizes, an experiment in a file, or a run in its folder. */
function describe(what: string): Promise<Planned> | Planned {
  if (isSizes(what) && !existsSync(what)) return describeSizes(what)
  return isExperimentFile(what) ? describeExperiment(what) : describeRun(what)
}

function printKernels(context: CommandContext, graph: Graph, head: object): void {
  const plan: Plan = planKernels(graph)
  context.print(printPlan(plan))
  context.document(PLAN_SCHEMA, {
    ...head,
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
}
