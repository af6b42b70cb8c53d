/**
 * Whether data fits a network and a loss, found out before anything is built, in the words of the data set. What
 * leaves: how targets enter the program.
 */

import { Dataset, type StreamedDataset } from '../data/index.ts'
import { type Loss, lossInput, type Network, showValue } from '../network/index.ts'
import { formatShape, NablaError, type Shape, sameShape, sizeOf } from '../shared/index.ts'

/** How targets enter a program: class numbers, numbers of a shape, or not at all. */
export type TargetSpec =
  | { readonly kind: 'classes'; readonly count: number }
  | { readonly kind: 'values'; readonly shape: Shape }
  | { readonly kind: 'none' }

/** @throws NablaError E-SHAPE unless the samples have the shape of the network's input. */
export function checkInputs(network: Network, data: Dataset | StreamedDataset): void {
  if (sameShape(network.inputShape, data.inputShape)) return
  const [needed, given] = [formatShape(network.inputShape), formatShape(data.inputShape)]
  const sameSize = sizeOf(network.inputShape) === data.inputSize
  throw new NablaError({
    code: 'E-SHAPE',
    where: `data set "${data.name}"`,
    expected: `samples of ${needed}, as the network's input`,
    received: given,
    fix: sameSize
      ? `write data.reshape(${needed}), or network({ input: ${given} }, flatten(), …).`
      : `write network({ input: ${given} }, …), or give samples of ${needed}.`,
  })
}

/**
 * @throws NablaError E-VALUE for more classes than outputs; E-SHAPE where targets have another shape than the output;
 *   E-DATA for unlabelled data or targets that the last layer or the loss can't reach.
 */
export function checkTargets(network: Network, loss: Loss, data: Dataset | StreamedDataset): TargetSpec {
  const { targets, name } = data
  if (!loss.needsTargets && targets === undefined) return { kind: 'none' }
  if (targets === undefined) {
    const fix = 'give labels or targets; an autoencoder has its inputs as targets.'
    throw dataProblem('E-DATA', name, `targets, for the loss ${loss.name}`, 'unlabelled data', fix)
  }
  if (targets.kind === 'classes') {
    if (loss.needsTargets) checkClasses(network, loss, name, targets.classNames.length)
    return { kind: 'classes', count: targets.classNames.length }
  }
  if (loss.needsTargets) {
    const { layer } = lossInput(loss, network)
    const output = network.layers[layer]?.outputShape ?? network.outputShape
    if (!sameShape(output, targets.shape) && loss.custom !== true) throw shapeProblem(loss, name, output, targets.shape)
    // What a stream holds is looked at as it comes.
    if (data instanceof Dataset && data.targets?.kind === 'values') {
      reachCheck(network, loss, data)?.(data.targets.values)
    }
  }
  return { kind: 'values', shape: targets.shape }
}

function dataProblem(
  code: 'E-DATA' | 'E-VALUE' | 'E-SHAPE',
  name: string,
  expected: string,
  received: string,
  fix: string,
) {
  return new NablaError({ code, where: `targets of data set "${name}"`, expected, received, fix })
}

function shapeProblem(loss: Loss, name: string, output: Shape, targets: Shape): NablaError {
  const classesAsValues = loss.link === 'softmax' && sizeOf(targets) === 1
  const fix = classesAsValues
    ? 'give class numbers as labels, not as targets: dataset({ inputs, labels }).'
    : `end the network with dense(${sizeOf(targets)}), or give targets of ${formatShape(output)}.`
  return dataProblem(
    'E-SHAPE',
    name,
    `${formatShape(output)} a sample, as the network's output`,
    formatShape(targets),
    fix,
  )
}

/** Class numbers need one output each, or a single output for two classes. */
function checkClasses(network: Network, loss: Loss, name: string, count: number): void {
  const output = network.outputShape
  const outputs = output[output.length - 1] ?? 1
  if (output.length === 1 && (outputs >= 2 ? count <= outputs : count <= 2 && loss.link !== 'softmax')) return
  if (output.length === 1 && outputs === 1 && count <= 2) {
    const fix = 'use binaryCrossEntropy(), or end the network with dense(2).'
    throw dataProblem('E-SHAPE', name, 'two outputs or more, for crossEntropy', `${formatShape(output)}`, fix)
  }
  throw dataProblem(
    output.length === 1 ? 'E-VALUE' : 'E-SHAPE',
    name,
    output.length === 1
      ? `classes from 0 to ${Math.max(outputs - 1, 1)}, as the network has ${outputs} outputs`
      : 'a network whose output is [classes]',
    output.length === 1 ? `${count} classes, up to ${count - 1}` : formatShape(output),
    `end the network with dense(${count}), or correct the labels.`,
  )
}

/** How far beyond a range counts as rounding: what min-max scaling in f32 misses its ends by, a few units of 2⁻²⁴. */
const ROUNDING = 1e-6

/** @throws NablaError E-DATA for the first target that can't be learnt. */
export type ReachCheck = (values: Float32Array) => void

/**
 * What refuses numbers outside the last layer's range, or the loss's; undefined where neither has one. Rows are those of
 * a data set in memory; of a stream, they are those of the batch.
 */
export function reachCheck(network: Network, loss: Loss, data: Dataset | StreamedDataset): ReachCheck | undefined {
  const last = network.layers[network.layers.length - 1]
  const reasons = [
    { range: last?.layer.range, reason: `the range of the last layer, "${last?.name}" (${last?.layer.kind})` },
    { range: loss.targetRange, reason: `what the loss ${loss.name} is defined on` },
  ]
  const { targets, name } = data
  const size = targets?.kind === 'values' ? sizeOf(targets.shape) : 1
  const rows = data instanceof Dataset ? 'row' : 'row of a batch'
  const ranges = reasons.flatMap(({ range, reason }) => (range === undefined ? [] : [{ range, reason }]))
  if (targets?.kind !== 'values' || !loss.needsTargets || ranges.length === 0) return undefined
  return (values) => {
    for (const { range, reason } of ranges) {
      const [low, high] = range
      const slack = ROUNDING * (high - low)
      const at = values.findIndex((value) => value < low - slack || value > high + slack)
      if (at < 0) continue
      const place = `${showValue(values[at])} in ${rows} ${Math.floor(at / size)}, column ${at % size}`
      throw new NablaError({
        code: 'E-DATA',
        where: `targets of data set "${name}"`,
        expected: `numbers from ${low} to ${high}, ${reason}`,
        received: place,
        fix: `scale the targets into [${low}, ${high}] (fitMinMax), or end the network with a layer that has no such range.`,
      })
    }
  }
}
