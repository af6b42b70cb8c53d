/**
 * Learning-rate schedules: what the optimiser's learning rate is multiplied by at each step. A schedule is data and a
 * pure function of the moment (and, for the plateau, of what it has seen), so that a resumed run goes on as it was.
 */

import { NablaError } from '../shared/index.ts'
import type { JsonObject } from './layer.ts'
import { checkFlag, checkNumber, checkOptions, showValue } from './validate.ts'

/** When a step is taken; both are counted from 0. */
export interface ScheduleMoment {
  readonly step: number
  readonly epoch: number
  readonly stepsPerEpoch: number
  /** Steps of the whole run. */
  readonly totalSteps: number
}

/** What a schedule that watches a metric remembers: numbers, so that a checkpoint can hold them. */
export type ScheduleMemory = Readonly<Record<string, number>>

export interface Schedule {
  readonly name: string
  readonly options: JsonObject
  /** What the learning rate is multiplied by. */
  factor(moment: ScheduleMoment, memory: ScheduleMemory): number
  /** The metric that is watched at the end of each epoch; `auto`: the validation loss if there is one, else the loss. */
  readonly metric?: string
  readonly initialMemory?: ScheduleMemory
  /** `better`: which values of the metric are better. */
  remember?(memory: ScheduleMemory, value: number, better: 'lower' | 'higher'): ScheduleMemory
}

const share = (value: unknown, where: string) => checkNumber(value, where, { least: 0, most: 1 })
const whole = (value: unknown, where: string) => checkNumber(value, where, { least: 1, whole: true })

/** The learning rate as it is. */
export function constantRate(): Schedule {
  return { name: 'constantRate', options: {}, factor: () => 1 }
}

/**
 * Multiplied by `factor` after every `every` epochs, or at the epochs (counted from 1) that `at` lists.
 * @throws NablaError E-VALUE, E-USAGE for neither or both.
 */
export function stepDecay(options: { factor?: number; every?: number; at?: readonly number[] }): Schedule {
  checkOptions(options, ['factor', 'every', 'at'], 'stepDecay')
  const { factor = 0.1, every, at } = options
  share(factor, 'stepDecay, factor')
  if ((every === undefined) === (at === undefined)) {
    throw new NablaError({
      code: 'E-USAGE',
      where: 'stepDecay',
      expected: 'every so many epochs, or at a list of epochs',
      received: every === undefined ? showValue(options) : 'both',
      fix: 'write stepDecay({ every: 10 }) or stepDecay({ at: [30, 60] }).',
    })
  }
  if (every !== undefined) whole(every, 'stepDecay, every')
  for (const epoch of at ?? []) whole(epoch, 'stepDecay, at')
  const drops = (epoch: number) =>
    every === undefined ? (at ?? []).filter((drop) => epoch >= drop).length : Math.floor(epoch / every)
  return {
    name: 'stepDecay',
    options: { factor, ...(every === undefined ? { at: [...(at ?? [])] } : { every }) },
    factor: ({ epoch }) => factor ** drops(epoch),
  }
}

/**
 * Multiplied by `rate` every `steps` steps: smoothly, or with `staircase` all at once.
 * @throws NablaError E-VALUE.
 */
export function exponentialDecay(options: { rate: number; steps: number; staircase?: boolean }): Schedule {
  checkOptions(options, ['rate', 'steps', 'staircase'], 'exponentialDecay')
  const { rate, steps, staircase = false } = options
  share(rate, 'exponentialDecay, rate')
  whole(steps, 'exponentialDecay, steps')
  checkFlag(staircase, 'exponentialDecay, staircase')
  return {
    name: 'exponentialDecay',
    options: { rate, steps, ...(staircase ? { staircase } : {}) },
    factor: ({ step }) => rate ** (staircase ? Math.floor(step / steps) : step / steps),
  }
}

/** Multiplied by `rate` after each epoch: epochDecay(0.95). @throws NablaError E-VALUE. */
export function epochDecay(rate: number): Schedule {
  share(rate, 'epochDecay')
  return { name: 'epochDecay', options: { rate }, factor: ({ epoch }) => rate ** epoch }
}

const halfCosine = (from: number, to: number, part: number) => to + ((from - to) * (1 + Math.cos(Math.PI * part))) / 2

/**
 * From 1 down to `floor` along half a cosine over the run, or over `steps` steps
 * (I. Loshchilov, F. Hutter, arXiv:1608.03983, equation 5, without restarts).
 * @throws NablaError E-VALUE.
 */
export function cosine(options: { floor?: number; steps?: number } = {}): Schedule {
  checkOptions(options, ['floor', 'steps'], 'cosine')
  const { floor = 0, steps } = options
  share(floor, 'cosine, floor')
  if (steps !== undefined) whole(steps, 'cosine, steps')
  return {
    name: 'cosine',
    options: { floor, ...(steps === undefined ? {} : { steps }) },
    factor: ({ step, totalSteps }) => halfCosine(1, floor, Math.min(1, step / (steps ?? totalSteps))),
  }
}

/**
 * Linear from `from` to 1 over the first `steps` steps, then `after`, which counts its steps from there.
 * @throws NablaError E-VALUE.
 */
export function warmup(options: { steps: number; from?: number; after?: Schedule }): Schedule {
  checkOptions(options, ['steps', 'from', 'after'], 'warmup')
  const { steps, from = 0, after = constantRate() } = options
  whole(steps, 'warmup, steps')
  share(from, 'warmup, from')
  const shifted = ({ step, epoch, stepsPerEpoch, totalSteps }: ScheduleMoment): ScheduleMoment => ({
    step: step - steps,
    epoch: Math.max(0, epoch - Math.floor(steps / stepsPerEpoch)),
    stepsPerEpoch,
    totalSteps: Math.max(1, totalSteps - steps),
  })
  return {
    ...after,
    name: 'warmup',
    options: { steps, from, after: { name: after.name, ...after.options } },
    // The first step moves already: with from = 0 its factor is 1/steps.
    factor: (moment, memory) =>
      moment.step < steps
        ? from + ((1 - from) * (moment.step + (from === 0 ? 1 : 0))) / steps
        : after.factor(shifted(moment), memory),
  }
}

/**
 * Up from 1/25 to 1 over the first 30 % of the run, then down to 1/250,000, both along half a cosine
 * (L. N. Smith, N. Topin, arXiv:1708.07120; numbers as PyTorch's OneCycleLR).
 * @throws NablaError E-VALUE.
 */
export function oneCycle(options: { rise?: number; start?: number; end?: number } = {}): Schedule {
  checkOptions(options, ['rise', 'start', 'end'], 'oneCycle')
  const { rise = 0.3, start = 1 / 25, end = 1 / 250_000 } = options
  checkNumber(rise, 'oneCycle, rise', { least: 0, most: 1, open: 'both' })
  share(start, 'oneCycle, start')
  share(end, 'oneCycle, end')
  return {
    name: 'oneCycle',
    options: { rise, start, end },
    factor: ({ step, totalSteps }) => {
      const top = rise * totalSteps - 1
      if (step <= top) return halfCosine(start, 1, step / top)
      return halfCosine(1, end, Math.min(1, (step - top) / (totalSteps - 1 - top)))
    },
  }
}

export interface PlateauOptions {
  /** The validation loss if there is one, else the loss, where nothing is said. */
  metric?: string
  /** What the rate is multiplied by when the metric stands still. */
  factor?: number
  /** Epochs without a better value that are waited for. */
  patience?: number
  /** How much better counts. */
  leastGain?: number
  /** Which values are better; the metric's own direction where nothing is said. */
  better?: 'lower' | 'higher'
  /** The least that the factor becomes. */
  floor?: number
}

/** Multiplied by `factor` when a metric has not become better for more than `patience` epochs. @throws NablaError E-VALUE. */
export function plateau(options: PlateauOptions = {}): Schedule {
  checkOptions(options, ['metric', 'factor', 'patience', 'leastGain', 'better', 'floor'], 'plateau')
  const { metric = 'auto', factor = 0.1, patience = 10, leastGain = 0, better, floor = 0 } = options
  share(factor, 'plateau, factor')
  share(floor, 'plateau, floor')
  checkNumber(patience, 'plateau, patience', { least: 0, whole: true })
  checkNumber(leastGain, 'plateau, leastGain', { least: 0 })
  return {
    name: 'plateau',
    options: { metric, factor, patience, leastGain, ...(better && { better }), floor },
    metric,
    // A best of undefined is "none yet": JSON has no infinity.
    initialMemory: { current: 1, waited: 0 },
    factor: (_, { current = 1 }) => current,
    remember: ({ current = 1, waited = 0, best }, value, ownDirection) => {
      const sign = (better ?? ownDirection) === 'lower' ? 1 : -1
      if (best === undefined || sign * value < sign * best - leastGain) return { current, waited: 0, best: value }
      if (waited < patience) return { current, waited: waited + 1, best }
      return { current: Math.max(floor, current * factor), waited: 0, best }
    },
  }
}
