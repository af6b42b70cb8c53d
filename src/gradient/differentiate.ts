/**
 * The reverse pass: adds to a program the gradient of a scalar in it. Contributions are summed here and nowhere else.
 * Every node that is made remembers the forward node and the rule that it came from.
 */

import type { ApplyNode, GraphBuilder, GraphNode, NodeId } from '../graph/index.ts'
import { add, type Tensor } from '../ops/index.ts'
import { formatShape, known, NablaError } from '../shared/index.ts'

export interface DifferentiateOptions {
  /** What to do where the loss does not reach a tensor: refuse, naming what cut the path (default), or give zeros. */
  unreached?: 'error' | 'zero'
}

/** The nodes on a path from any of `targets` to `loss`, regardless of whether a gradient flows there. */
function nodesBetween(nodes: readonly GraphNode[], targets: ReadonlySet<NodeId>, loss: NodeId): Set<NodeId> {
  const reached = new Set<NodeId>(targets)
  for (const node of nodes.slice(0, loss + 1)) {
    if (node.kind === 'apply' && node.inputs.some((id) => reached.has(id))) reached.add(node.id)
  }
  return reached
}

/** The operations that let nothing through between a tensor and the loss, as "argmax (layer output)". */
function describeCuts(nodes: readonly GraphNode[], target: NodeId, loss: NodeId): string[] {
  const between = nodesBetween(nodes, new Set([target]), loss)
  const cuts = [...between].map((id) => nodes[id]).filter((node): node is ApplyNode => node?.kind === 'apply')
  return cuts
    .filter(({ operation }) => operation.derivative === 'zero')
    .map(({ operation, name }) => (name === operation.name ? operation.name : `${operation.name} (in ${name})`))
}

function unreachedError(builder: GraphBuilder, unreached: readonly Tensor[], loss: Tensor): NablaError {
  const names = unreached.map((tensor) => builder.node(tensor).name)
  const cuts = [...new Set(unreached.flatMap((tensor) => describeCuts(builder.nodes, tensor.id, loss.id)))]
  const through =
    cuts.length === 0 ? 'no path at all' : `only paths through ${cuts.join(', ')}, whose derivative is zero`
  return new NablaError({
    code: 'E-GRADIENT',
    where: `the gradient of ${builder.node(loss).name} with respect to ${names.join(', ')}`,
    expected: 'a path from each parameter to the loss that a gradient can follow',
    received: through,
    fix:
      cuts.length === 0
        ? 'use these parameters in the loss, or leave them out.'
        : 'replace that operation by a smooth one (softmax for argmax, sigmoid for a comparison), or leave those parameters out.',
  })
}

/**
 * ∂loss/∂target for each target, as tensors of the same program.
 * @param loss a float scalar
 * @throws NablaError E-SHAPE unless `loss` is a scalar; E-GRADIENT where the loss does not reach a target.
 */
export function differentiate(
  builder: GraphBuilder,
  loss: Tensor,
  targets: readonly Tensor[],
  { unreached = 'error' }: DifferentiateOptions = {},
): Tensor[] {
  if (loss.shape.length !== 0 || loss.dtype !== 'float') {
    throw new NablaError({
      code: 'E-SHAPE',
      where: `the gradient of ${builder.node(loss).name}`,
      expected: 'a float scalar to differentiate',
      received: `${loss.dtype} ${formatShape(loss.shape)}`,
      fix: 'reduce it first, by mean() or sum().',
    })
  }
  const forward = builder.nodes.slice(0, loss.id + 1)
  const wanted = nodesBetween(forward, new Set(targets.map(({ id }) => id)), loss.id)
  const gradients = new Map<NodeId, Tensor>([[loss.id, builder.constant(1)]])
  for (let id = loss.id; id >= 0; id--) {
    const node = known(forward[id], 'forward nodes are numbered')
    const gy = gradients.get(id)
    if (gy !== undefined && node.kind === 'apply' && wanted.has(id)) propagate(builder, node, gy, wanted, gradients)
  }
  const missing = targets.filter(({ id }) => !gradients.has(id))
  if (missing.length > 0 && unreached === 'error') throw unreachedError(builder, missing, loss)
  return targets.map((target) => {
    const name = `∂${builder.node(loss).name}/∂${builder.node(target).name}`
    const gradient = gradients.get(target.id)
    if (gradient === undefined) return builder.constant(0, target.shape)
    const isDerived = builder.node(gradient).origin.derivativeOf !== undefined
    return isDerived ? builder.name(gradient, name) : gradient
  })
}

/** Adds what `node` passes back to the gradients of its inputs. */
function propagate(
  builder: GraphBuilder,
  node: ApplyNode,
  gy: Tensor,
  wanted: ReadonlySet<NodeId>,
  gradients: Map<NodeId, Tensor>,
): void {
  const { derivative, name } = node.operation
  if (derivative === 'zero') return
  builder.derivativeOf(node, name, () => {
    const inputs = node.inputs.map((id) => builder.tensor(id))
    const output = builder.tensor(node.id)
    const contributions = derivative({ inputs, output, gy, attributes: node.attributes })
    node.inputs.forEach((id, place) => {
      const contribution = contributions[place]
      if (contribution === undefined || contribution === 'zero' || !wanted.has(id)) return
      const sum = gradients.get(id)
      gradients.set(id, sum === undefined ? contribution : add(sum, contribution))
    })
  })
}
