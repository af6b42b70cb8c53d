/** From an experiment and its data to what is trained: network and loss. */

import {
  batchNorm,
  dense,
  dropout,
  flatten,
  type Layer,
  type Loss,
  layerByName,
  layerNorm,
  lossByName,
  Network,
  showValue,
  sigmoid,
  softmax,
} from '../../network/index.ts'
import { NablaError, sameShape, sizeOf } from '../../shared/index.ts'
import type { Samples } from '../data-kinds/index.ts'
import { type CheckedExperiment, layerOf, type NetworkConfig, OUTPUTS } from '../fields/index.ts'
import type { Place } from '../schema/index.ts'

/** The loss that was asked for, or the one that fits the targets. */
export function buildLoss({ loss }: CheckedExperiment, data: Samples): Loss {
  if (loss === undefined) return lossByName(data.targets?.kind === 'classes' ? 'crossEntropy' : 'mse')
  if ('perSample' in loss) return loss as Loss
  const { name, ...options } = loss
  return lossByName(String(name), options)
}

/** How many numbers the network has to give: two classes need one, by binary cross-entropy. */
function outputsFor({ targets, name, inputShape }: Samples, loss: Loss, place: Place): number {
  if (targets === undefined) return sizeOf(inputShape)
  if (targets.kind === 'values') {
    const size = sizeOf(targets.shape)
    if (loss.link !== 'softmax' || size > 1) return size
    const fix = "use mse, or leave it out; where the numbers are classes, say so: data.types, 'categorical'."
    throw place.child('loss').error('E-USAGE', `a loss for the numbers of ${name}`, loss.name, fix)
  }
  const classes = targets.classNames.length
  if (loss.link === 'softmax' || loss.custom === true) return classes
  if (classes <= 2) return 1
  if (loss.link === 'sigmoid') return classes
  throw place
    .child('loss')
    .error('E-USAGE', `a loss for the ${classes} classes of ${name}`, loss.name, 'use crossEntropy, or leave it out.')
}

/** What a hidden layer is made of, with everything said. */
export interface HiddenNetwork {
  hidden: number[]
  activation: string
  dropout: number
  normalization: string
}

export interface BuiltNetwork {
  network: Network
  /** What is saved of the network: all that was said, and what was filled in. */
  config: HiddenNetwork | { input: number[]; layers: unknown[] } | { code: string }
}

/** @throws NablaError E-SHAPE where layers or data do not fit; E-USAGE for code that makes no network. */
export function buildNetwork(experiment: CheckedExperiment, data: Samples, loss: Loss, place: Place): BuiltNetwork {
  try {
    return build(experiment, data, loss, place)
  } catch (error) {
    if (!(error instanceof NablaError) || !error.where.startsWith('layer ')) throw error
    throw new NablaError({ ...error.toJSON(), where: `${place.child('network')}, ${error.where}` }, { cause: error })
  }
}

function build(experiment: CheckedExperiment, data: Samples, loss: Loss, place: Place): BuiltNetwork {
  const { network } = experiment
  const at = place.child('network')
  const outputs = () => outputsFor(data, loss, place)
  if (typeof network === 'function') {
    const { classNames } = data
    const made: unknown = network({ input: data.inputShape, outputs: outputs(), classNames })
    if (made instanceof Network) return { network: made, config: describe(made) }
    throw at.error(
      'E-USAGE',
      'a function that returns a network',
      showValue(made),
      'write ({ input, outputs }) => network({ input }, …).',
    )
  }
  if (network.layers === undefined) return buildHidden(network, data, outputs(), loss)
  return buildLayers(network, data, outputs, at)
}

/** Hidden layers with their activation, then one output for each class or number, with the loss's activation. */
function buildHidden(config: NetworkConfig, data: Samples, outputs: number, loss: Loss): BuiltNetwork {
  const { hidden = [64], activation = 'relu', dropout: rate = 0, normalization = 'none' } = config
  const layers = hidden.flatMap((units): Layer[] => [
    dense(units),
    ...(normalization === 'batch' ? [batchNorm()] : normalization === 'layer' ? [layerNorm()] : []),
    layerByName(activation),
    ...(rate > 0 ? [dropout(rate)] : []),
  ])
  const link = loss.link === 'softmax' ? [softmax()] : loss.link === 'sigmoid' ? [sigmoid()] : []
  const first = data.inputShape.length === 1 ? [] : [flatten()]
  return {
    network: new Network(data.inputShape, [...first, ...layers, dense(outputs), ...link]),
    config: { hidden, activation, dropout: rate, normalization },
  }
}

function buildLayers({ layers = [], input }: NetworkConfig, data: Samples, outputs: () => number, place: Place) {
  if (input !== undefined && !sameShape(input, data.inputShape)) {
    const fix = 'leave input out, or give samples of that shape.'
    throw place.child('input').error('E-SHAPE', showValue(data.inputShape), showValue(input), fix)
  }
  const made = layers.map((layer): Layer => {
    if ('apply' in layer) return layer as Layer
    return layerOf(layer, layer.units === OUTPUTS ? outputs() : 1)
  })
  const network = new Network(data.inputShape, made)
  return { network, config: describe(network) }
}

/** A network as its layers; a layer of one's own is code, which is said by its kind. */
function describe({ inputShape, layers }: Network): { input: number[]; layers: unknown[] } {
  return {
    input: [...inputShape],
    layers: layers.map(({ layer, name }) => {
      try {
        layerByName(layer.kind, { name, ...layer.options })
        return { kind: layer.kind, name, ...layer.options }
      } catch {
        return { code: `layer ${layer.kind}` }
      }
    }),
  }
}
