/**
 * A network written by hand in TypeScript or JavaScript in; for every parameter, how its gradient differs from the
 * true one, out. The truth is central differences in f64.
 */

import { formatNumber, NablaError } from '../../shared/index.ts'

export type Numbers = Float64Array | number[]

export interface BackwardParameter {
  readonly values: Numbers
  /** [rows, columns] for a matrix; a vector where it is left out. */
  readonly shape?: readonly number[]
}

export interface BackwardOptions {
  /** Changed in place while differences are taken, and set back. */
  readonly parameters: Readonly<Record<string, BackwardParameter>>
  /** The loss at the parameters' present values. Must be deterministic. */
  readonly forward: () => number
  /** The gradient of each parameter, as the code under test computes it. */
  readonly backward: () => Readonly<Record<string, Numbers>>
  /** A gradient agrees when its relative error is below this; 1e-5 by default. */
  readonly tolerance?: number
}

export type BackwardRelation = 'right' | 'scale' | 'sign' | 'transpose' | 'missing factor' | 'wrong axis' | 'wrong'

export interface BackwardFinding {
  readonly parameter: string
  readonly relation: BackwardRelation
  /** ‖given − true‖ / ‖true‖. */
  readonly relativeError: number
  /** given ≈ ratio · true, for `scale` and `sign`. */
  readonly ratio: number
  readonly message: string
}

/** The step that balances rounding against the truncation of a central difference: ε^(1/3), ε = 2^-52. */
const STEP = 2 ** (-52 / 3)

/**
 * Compares a hand-written backward pass with central differences, parameter by parameter.
 * @throws NablaError E-NAME when a gradient is missing, E-SHAPE when its length is not the parameter's.
 */
export function checkBackward(options: BackwardOptions): BackwardFinding[] {
  const given = options.backward()
  const tolerance = options.tolerance ?? 1e-5
  return Object.entries(options.parameters).map(([name, parameter]) => {
    const gradient = given[name]
    if (gradient === undefined) {
      throw new NablaError({
        code: 'E-NAME',
        where: `backward(), "${name}"`,
        expected: 'a gradient for every parameter',
        received: `gradients for ${Object.keys(given).join(', ') || 'none'}`,
        fix: `return the gradient of "${name}" as well.`,
      })
    }
    if (gradient.length !== parameter.values.length) {
      throw new NablaError({
        code: 'E-SHAPE',
        where: `backward(), "${name}"`,
        expected: `${parameter.values.length} numbers`,
        received: `${gradient.length}`,
        fix: 'give the gradient the shape of its parameter.',
      })
    }
    const truth = differences(parameter.values, options.forward)
    return compare(name, Array.from(gradient), truth, parameter.shape ?? [parameter.values.length], tolerance)
  })
}

function differences(values: Numbers, forward: () => number): number[] {
  return Array.from({ length: values.length }, (_, i) => {
    const kept = values[i] as number
    const step = STEP * Math.max(1, Math.abs(kept))
    values[i] = kept + step
    const above = forward()
    values[i] = kept - step
    const below = forward()
    values[i] = kept
    return (above - below) / (2 * step)
  })
}

const norm = (x: readonly number[]) => Math.sqrt(x.reduce((a, v) => a + v * v, 0))
const distance = (a: readonly number[], b: readonly number[]) => norm(a.map((x, i) => x - (b[i] ?? 0)))

function proportionOf(given: readonly number[], truth: readonly number[]): { ratio: number; error: number } {
  const square = truth.reduce((a, v) => a + v * v, 0)
  const ratio = square === 0 ? 0 : given.reduce((a, v, i) => a + v * (truth[i] ?? 0), 0) / square
  return {
    ratio,
    error:
      distance(
        given,
        truth.map((t) => t * ratio),
      ) / Math.max(norm(given), 1e-300),
  }
}

function compare(
  parameter: string,
  given: number[],
  truth: number[],
  shape: readonly number[],
  tolerance: number,
): BackwardFinding {
  const scale = Math.max(norm(truth), 1e-12)
  const relativeError = distance(given, truth) / scale
  const { ratio, error } = proportionOf(given, truth)
  const found = (relation: BackwardRelation, message: string) => ({
    parameter,
    relation,
    relativeError,
    ratio,
    message,
  })
  if (relativeError < tolerance) return found('right', `${parameter}: right`)
  if (error < tolerance * 10 && truth.length > 1) {
    if (Math.abs(ratio + 1) < tolerance * 10) return found('sign', `${parameter} has the wrong sign`)
    return found('scale', `${parameter} is ${formatNumber(ratio)} times the true gradient`)
  }
  const [rows = 1, columns = 1] = shape
  if (shape.length === 2) {
    const flipped = truth.map((_, i) => truth[(i % columns) * columns + Math.floor(i / columns)] ?? 0)
    if (rows === columns && proportionOf(given, flipped).error < tolerance * 10)
      return found('transpose', `${parameter} is the transpose of the true gradient`)
  }
  if (given.length > 1 && given.every((g) => Math.abs(g - (given[0] ?? 0)) <= 1e-12 * scale))
    return found('wrong axis', `${parameter} has the same number everywhere: it was summed over too many axes`)
  const factors = given.map((g, i) => g / (truth[i] ?? 1)).filter(Number.isFinite)
  if (factors.length > 1 && factors.every((f) => f > 0))
    return found(
      'missing factor',
      `${parameter} differs from the true gradient by a positive factor of its own in each element: a factor of the chain rule is missing or too much`,
    )
  return found(
    'wrong',
    `${parameter} is not the gradient of the loss (relative error ${formatNumber(relativeError, 2)})`,
  )
}
