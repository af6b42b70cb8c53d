/** Whether a sample is answered right, as graph: the accuracy of a step is counted on the device. */

import { argmax, equal, greater, mean, reshape, type Tensor, toFloat } from '../ops/index.ts'
import type { ProgramOptions } from './step-program.ts'

/** Whether accuracy means anything: for classes, and for the losses of probabilities. */
export function hasAccuracy({ loss, targets }: Pick<ProgramOptions, 'loss' | 'targets'>): boolean {
  if (loss.custom === true) return false
  return targets.kind === 'classes' || (targets.kind === 'values' && loss.link !== 'identity')
}

/**
 * [batch]: 1 where the answer is right. Several outputs answer by the largest; a single one by whether its probability
 * is above a half; several targets that are probabilities, by the share of them that are right.
 */
export function correctSamples(
  options: Pick<ProgramOptions, 'loss' | 'targets'>,
  { taken, from, targets }: { taken: Tensor; from: 'logits' | 'probabilities'; targets: Tensor | undefined },
): Tensor | undefined {
  if (targets === undefined || !hasAccuracy(options)) return undefined
  const { loss } = options
  const outputs = taken.shape[1] ?? 1
  const threshold = loss.link === 'sigmoid' && from === 'logits' ? 0 : 0.5
  const isClasses = options.targets.kind === 'classes'
  if (isClasses && outputs > 1) return equal(argmax(taken), targets)
  if (isClasses) return equal(reshape(greater(taken, threshold), [taken.shape[0] ?? 1]), toFloat(targets))
  if (loss.link === 'softmax') {
    const right = equal(argmax(taken), argmax(targets))
    return right.shape.length === 1 ? right : mean(right, { axes: [...right.shape.keys()].slice(1) })
  }
  const right = equal(greater(taken, threshold), greater(targets, 0.5))
  return mean(right, { axes: [...right.shape.keys()].slice(1) })
}
