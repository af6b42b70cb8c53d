/** The optimizer: its name, its learning rate and what else it has. Defaults as the network room's functions have them. */

import { type Optimizer, type OptimizerName, optimizerByName } from '../../network/index.ts'
import { aboveZero, type Entries, flag, named, notNegative, shareBelowOne, withInitial } from '../schema/index.ts'

const learningRate = (initial: number) => withInitial(aboveZero, initial, 'the size of a step, before the schedule')
const weightDecay = (initial = 0) => withInitial(notNegative, initial, 'how much weights shrink in a step')
const momentum = withInitial(shareBelowOne, 0, 'how much of the last update is kept')
const epsilon = (initial: number) => withInitial(notNegative, initial, 'added to the divisor')
const moments = (decay: number) => ({
  learningRate: learningRate(1e-3),
  beta1: withInitial(shareBelowOne, 0.9, 'how much of the mean gradient is kept'),
  beta2: withInitial(shareBelowOne, 0.999, 'how much of the mean square is kept'),
  epsilon: epsilon(1e-8),
  weightDecay: weightDecay(decay),
})

export const OPTIMIZERS: Readonly<Record<OptimizerName, Entries>> = {
  sgd: {
    learningRate: learningRate(1e-2),
    momentum,
    nesterov: withInitial(flag, false, 'looks ahead along the momentum'),
    dampening: withInitial(shareBelowOne, 0, 'how much of the gradient the momentum leaves out'),
    weightDecay: weightDecay(),
  },
  rmsprop: {
    learningRate: learningRate(1e-2),
    alpha: withInitial(shareBelowOne, 0.99, 'how much of the mean square is kept'),
    epsilon: epsilon(1e-8),
    momentum,
    centered: withInitial(flag, false, 'divides by the deviation'),
    weightDecay: weightDecay(),
  },
  adagrad: {
    learningRate: learningRate(1e-2),
    learningRateDecay: withInitial(notNegative, 0, 'how fast the learning rate falls'),
    epsilon: epsilon(1e-10),
    initialAccumulator: withInitial(notNegative, 0, 'what the sum of squares starts from'),
    weightDecay: weightDecay(),
  },
  adam: moments(0),
  adamw: moments(1e-2),
}

const isOptimizer = (value: unknown): value is Optimizer =>
  typeof value === 'object' && value !== null && 'stepScalars' in value

export const optimizerField = named(OPTIMIZERS, {
  kind: 'optimizer',
  short: (value) =>
    isOptimizer(value) ? { name: value.name, learningRate: value.learningRate, ...value.hyperparameters } : undefined,
  check: ({ name, learningRate: rate, ...options }, place) => {
    place.run(() => optimizerByName(String(name), Number(rate), options))
  },
})
