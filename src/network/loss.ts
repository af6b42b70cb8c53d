/**
 * What a loss is: from predictions [batch, ...] and targets to one number a sample, [batch]. Weights and the mean over
 * the batch come after it, so that they are the same for every loss.
 */

import { oneHot, reshape, type Tensor, toFloat } from '../ops/index.ts'
import { formatShape, NablaError, type Shape, sameShape } from '../shared/index.ts'
import type { JsonObject } from './layer.ts'
import type { Network } from './network.ts'

/** What the loss is computed from. `auto`: logits, those that feed the network's last softmax or sigmoid if it has one. */
export type LossSource = 'auto' | 'logits' | 'probabilities'

export interface LossContext {
  /** [batch, ...]: logits or probabilities, as `from` says. */
  readonly predictions: Tensor
  readonly from: 'logits' | 'probabilities'
  /** int [batch] for classes, or float of the predictions' shape; absent where the data is unlabelled. */
  readonly targets?: Tensor | undefined
  /** [batch, ...inputShape] */
  readonly inputs: Tensor
  /** Uniform random numbers in [0, 1), new at each step. */
  uniform(shape: Shape): Tensor
}

export interface Loss {
  readonly name: string
  readonly options: JsonObject
  /** The activation that makes predictions of logits. */
  readonly link: 'identity' | 'sigmoid' | 'softmax'
  readonly from: LossSource
  /** False for a loss that learns from inputs alone. */
  readonly needsTargets: boolean
  readonly needsRandom?: boolean
  /** True for a function of the user's: it may be given targets of any shape, and rightness means nothing to it. */
  readonly custom?: boolean
  /** Targets that are numbers have to lie here. */
  readonly targetRange?: readonly [low: number, high: number]
  /** The loss of each sample, [batch]; a custom loss may give the scalar of the whole batch. */
  perSample(context: LossContext): Tensor
}

/** Which layer's output a loss takes, and whether those are logits. `layer` is an index, the last one's mostly. */
export interface LossInput {
  readonly layer: number
  readonly from: 'logits' | 'probabilities'
}

/**
 * Where a loss takes its predictions from. After a softmax (or sigmoid) of its own kind it takes the logits that feed
 * it, which is stable where probabilities round to 0 or 1.
 * @throws NablaError E-USAGE where the last layer gives the probabilities of another kind of loss.
 */
export function lossInput(loss: Loss, network: Network): LossInput {
  const last = network.layers.length - 1
  const kind = network.layers[last]?.layer.kind ?? ''
  if (loss.link === 'identity') return { layer: last, from: 'logits' }
  if (loss.from === 'probabilities') return { layer: last, from: 'probabilities' }
  if (loss.from === 'auto' && kind === loss.link) {
    return last === 0 ? { layer: last, from: 'probabilities' } : { layer: last - 1, from: 'logits' }
  }
  const other = loss.link === 'softmax' ? 'sigmoid' : 'softmax'
  if (loss.from === 'auto' && kind === other) {
    const better = loss.link === 'softmax' ? 'binaryCrossEntropy()' : 'crossEntropy()'
    throw new NablaError({
      code: 'E-USAGE',
      where: `loss ${loss.name}, after layer "${network.layers[last]?.name}" (${kind})`,
      expected: `logits, or the probabilities of a ${loss.link}`,
      received: `the output of a ${kind}`,
      fix: `use ${better} after ${kind}(), or write ${loss.link}() in its place; ${loss.name}({ from: 'logits' }) takes the output as it is.`,
    })
  }
  if (loss.from === 'logits' && kind === loss.link) {
    throw new NablaError({
      code: 'E-USAGE',
      where: `loss ${loss.name}, after layer "${network.layers[last]?.name}" (${kind})`,
      expected: 'logits',
      received: `probabilities: the output of a ${kind}, which the loss would apply once more`,
      fix: `leave ${kind}() out, or leave { from: 'logits' } out.`,
    })
  }
  return { layer: last, from: 'logits' }
}

/** The error of targets that do not fit the predictions. */
function targetError(loss: string, predictions: Shape, targets: Tensor, fix: string): NablaError {
  return new NablaError({
    code: 'E-SHAPE',
    where: `loss ${loss}`,
    expected: `targets ${formatShape(predictions)}, as the predictions, or int class numbers [${predictions[0] ?? 'batch'}]`,
    received: `${targets.dtype} ${formatShape(targets.shape)}`,
    fix,
  })
}

/**
 * Targets as floats of the predictions' shape. Classes (int [batch]) become one-hot rows, or the 0 and 1 of a single
 * output.
 * @throws NablaError E-SHAPE where they do not fit; [n] against [n, 1] is refused, since it would broadcast to [n, n].
 */
export function targetsLike(loss: string, predictions: Tensor, targets: Tensor | undefined): Tensor {
  const { shape } = predictions
  if (targets === undefined) {
    throw new NablaError({
      code: 'E-DATA',
      where: `loss ${loss}`,
      expected: 'targets',
      received: 'unlabelled data',
      fix: 'give the data set labels or targets; an autoencoder has its inputs as targets.',
    })
  }
  if (targets.dtype === 'int') {
    const [batch = 0, outputs = 1] = shape
    if (shape.length !== 2 || !sameShape(targets.shape, [batch])) {
      throw targetError(
        loss,
        shape,
        targets,
        'give one class for each sample, and end the network with dense(classes).',
      )
    }
    return outputs === 1 ? reshape(toFloat(targets), shape) : oneHot(targets, outputs)
  }
  if (sameShape(targets.shape, shape)) return targets
  const column = shape.length === 2 && shape[1] === 1 && sameShape(targets.shape, shape.slice(0, 1))
  const fix = column
    ? 'give targets of shape [n, 1] (a column), or the network an output of shape []: broadcasting would compare every prediction with every target.'
    : `end the network with ${targets.shape.slice(1).join(' × ')} outputs, or correct the targets.`
  throw targetError(loss, shape, targets, fix)
}
