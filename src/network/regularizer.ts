/** Penalties on weights: λ Σ|w| and λ Σw², added to what is minimised. On kernels, and on biases only when asked. */

import { abs, add, mul, square, sum, type Tensor } from '../ops/index.ts'
import { NablaError, unknownName } from '../shared/index.ts'
import { checkFlag, checkNumber, checkOptions, showValue } from './validate.ts'

export interface Regularizer {
  readonly l1: number
  readonly l2: number
  /** Biases are penalised too. */
  readonly biases: boolean
}

export interface RegularizerOptions {
  biases?: boolean
}
export interface L2Options extends RegularizerOptions {
  /** ½λ Σw², whose gradient is λw, instead of λ Σw². */
  half?: boolean
}

/** λ Σ|w|. @throws NablaError E-VALUE for a λ that is negative or no number. */
export function l1(lambda: number, options: RegularizerOptions = {}): Regularizer {
  checkOptions(options, ['biases'], 'l1')
  return { l1: checkNumber(lambda, 'l1 strength', { least: 0 }), l2: 0, biases: options.biases ?? false }
}

/** λ Σw² (its gradient is 2λw); with `half`, ½λ Σw². @throws NablaError E-VALUE. */
export function l2(lambda: number, options: L2Options = {}): Regularizer {
  checkOptions(options, ['biases', 'half'], 'l2')
  const strength = checkNumber(lambda, 'l2 strength', { least: 0 })
  return { l1: 0, l2: options.half === true ? strength / 2 : strength, biases: options.biases ?? false }
}

/** λ₁ Σ|w| + λ₂ Σw². @throws NablaError E-VALUE. */
export function l1l2(lambda1: number, lambda2: number, options: L2Options = {}): Regularizer {
  return { ...l2(lambda2, options), l1: checkNumber(lambda1, 'l1 strength', { least: 0 }) }
}

/** A regularizer from what a user or a file gives. @throws NablaError E-USAGE, E-VALUE, E-NAME. */
export function regularizerOf(given: unknown, where: string): Regularizer {
  if (typeof given !== 'object' || given === null || !('l1' in given || 'l2' in given)) {
    throw new NablaError({
      code: 'E-USAGE',
      where,
      expected: 'a regularizer, such as l2(1e-4)',
      received: showValue(given),
      fix: 'write l1(λ), l2(λ) or l1l2(λ₁, λ₂).',
    })
  }
  const unknown = Object.keys(given).find((field) => !['l1', 'l2', 'biases'].includes(field))
  if (unknown !== undefined) throw unknownName(where, 'field', unknown, ['l1', 'l2', 'biases'])
  const { l1: first = 0, l2: second = 0, biases = false } = given as Partial<Record<keyof Regularizer, unknown>>
  return {
    l1: checkNumber(first, `${where}, l1`, { least: 0 }),
    l2: checkNumber(second, `${where}, l2`, { least: 0 }),
    biases: checkFlag(biases, `${where}, biases`),
  }
}

/** The penalty of one parameter, a scalar; undefined where both strengths are 0. */
export function penaltyOf(regularizer: Regularizer, parameter: Tensor): Tensor | undefined {
  const terms = [
    regularizer.l1 === 0 ? undefined : mul(sum(abs(parameter)), regularizer.l1),
    regularizer.l2 === 0 ? undefined : mul(sum(square(parameter)), regularizer.l2),
  ].filter((term) => term !== undefined)
  return terms.length === 0 ? undefined : terms.reduce((total, term) => add(total, term))
}
