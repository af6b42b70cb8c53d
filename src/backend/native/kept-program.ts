/**
 * Programs by their graph: which library is theirs, and how their memory is laid out. With it a graph that was compiled
 * before is neither planned nor rendered again. It holds for this very build of nabla, this compiler and this machine.
 */

import type { Graph, GraphNode } from '../../graph/index.ts'
import { dictionary, type Operation } from '../../ops/index.ts'
import type { Buffer, BufferId, Plan } from '../../plan/index.ts'
import { build } from './build.ts'
import type { Compiler } from './compiler.ts'
import { recall, remember } from './known-answers.ts'

/** What a program needs of its plan once its code is compiled. */
export interface ProgramLayout extends Pick<Plan, 'buffers' | 'interface' | 'arenaBytes'> {
  /** For each thread. */
  readonly scratchBytes: number
}

export interface KeptProgram {
  /** The library's name in the user's folder. */
  readonly library: string
  readonly layout: ProgramLayout
}

let ours: ReadonlySet<Operation> | undefined

/** Whether JSON keeps it as it is. */
const isPlain = (value: unknown) => typeof value !== 'number' || (Number.isFinite(value) && !Object.is(value, -0))

/** A node in JSON; undefined where it does not say all: an operation of somebody's own, or a table of values. */
function describeNode(node: GraphNode): unknown[] | undefined {
  const { kind, name, shape, dtype } = node
  if (kind === 'constant') {
    const { values } = node
    if (typeof values !== 'number') return undefined
    return [kind, name, shape, dtype, Object.is(values, -0) ? '-0' : String(values)]
  }
  if (kind !== 'apply') return [kind, name, shape, dtype]
  ours ??= new Set(dictionary)
  if (!ours.has(node.operation) || !Object.values(node.attributes).flat().every(isPlain)) return undefined
  return [kind, name, shape, dtype, node.operation.name, node.inputs, node.attributes]
}

/** All that decides a program's code and memory; undefined where it can't be said, or the code of nabla may change. */
export function programQuestion(graph: Graph, compiler: Compiler, version = build): string | undefined {
  if (version === undefined) return undefined
  const nodes: unknown[] = []
  for (const node of graph.nodes) {
    const described = describeNode(node)
    if (described === undefined) return undefined
    nodes.push(described)
  }
  const { fingerprint, flags, lanes } = compiler
  const program = JSON.stringify([version, lanes, flags, nodes, graph.outputs, graph.updates])
  return `program ${program}\n${compiler.version}\n${fingerprint}`
}

export function recallProgram(question: string, environment: NodeJS.ProcessEnv): KeptProgram | undefined {
  const text = recall(question, environment)
  if (text === undefined) return undefined
  try {
    const [library, scratchBytes, arenaBytes, names, buffers] = JSON.parse(text) as [
      library: string,
      scratchBytes: number,
      arenaBytes: number,
      names: [string, BufferId][],
      buffers: Buffer[],
    ]
    return { library, layout: { scratchBytes, arenaBytes, interface: new Map(names), buffers } }
  } catch {
    return undefined
  }
}

/** Keeps a program, unless JSON can't say what its buffers hold. */
export async function keepProgram(
  question: string,
  { library, layout }: KeptProgram,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  if (!layout.buffers.every(({ values }) => typeof values !== 'object' && isPlain(values))) return
  const { scratchBytes, arenaBytes, buffers } = layout
  const parts = [library, scratchBytes, arenaBytes, [...layout.interface], buffers]
  await remember(question, JSON.stringify(parts), environment)
}
