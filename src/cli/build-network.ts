/** From settings and data to what is trained: network, loss, optimiser. */

import type { Dataset } from '../data/index.ts'
import {
  dense,
  dropout,
  flatten,
  type Layer,
  type Loss,
  layerByName,
  lossByName,
  type Network,
  network,
  type Optimizer,
  optimizerByName,
  sigmoid,
  softmax,
} from '../network/index.ts'
import { NablaError, sizeOf } from '../shared/index.ts'
import { placed } from './read-setting.ts'
import type { ResolvedSettings, TrainSettings } from './train-settings.ts'

/** The loss that was asked for, or the one that fits the targets. */
export function chooseLoss({ loss }: TrainSettings, data: Dataset): Loss {
  return lossByName(loss ?? (data.targets?.kind === 'classes' ? 'crossEntropy' : 'mse'))
}

/** Hidden layers with their activation, then one output for each class or number, with the loss's activation. */
export function buildNetwork(settings: TrainSettings, data: Dataset, loss: Loss): Network {
  const hidden = settings.layers.flatMap((units): Layer[] => [
    dense(units),
    layerByName(settings.activation),
    ...(settings.dropout > 0 ? [dropout(settings.dropout)] : []),
  ])
  const link = loss.link === 'softmax' ? [softmax()] : loss.link === 'sigmoid' ? [sigmoid()] : []
  const first = data.inputShape.length === 1 ? [] : [flatten()]
  return network({ input: data.inputShape }, ...first, ...hidden, dense(outputsFor(data, loss)), ...link)
}

/** How many numbers the network has to give: two classes need one, by binary cross-entropy. */
function outputsFor({ targets, name }: Dataset, loss: Loss): number {
  if (targets?.kind === 'values') return sizeOf(targets.shape)
  const classes = targets?.classNames.length ?? 1
  if (loss.link === 'softmax') return classes
  if (classes <= 2) return 1
  if (loss.link === 'sigmoid') return classes
  throw new NablaError({
    code: 'E-USAGE',
    where: '--loss',
    expected: `a loss for the ${classes} classes of ${name}`,
    received: loss.name,
    fix: 'use crossEntropy, or leave --loss out.',
  })
}

/** @throws NablaError E-NAME where the optimiser has no such option, E-VALUE for its number. */
export function chooseOptimizer({ settings, whereOf }: ResolvedSettings): Optimizer {
  const { optimizer, learningRate, momentum, weightDecay } = settings
  const given = { momentum, weightDecay }
  for (const key of ['momentum', 'weightDecay'] as const) {
    if (given[key] === undefined) continue
    const fix = `leave it out, or choose another --optimizer.`
    placed(whereOf(key), () => optimizerByName(optimizer, undefined, { [key]: given[key] }), fix)
  }
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return optimizerByName(optimizer, learningRate, options)
}
