/** The reverse pass for functions of tensors: `gradient(f)` is a function that builds f and its gradient. */

import { GraphBuilder } from '../graph/index.ts'
import type { Tensor } from '../ops/index.ts'
import { NablaError } from '../shared/index.ts'
import { differentiate } from './differentiate.ts'

export interface GradientOptions {
  /** Which arguments to differentiate by; the first when omitted. */
  arguments?: readonly number[]
}

function builderOf(args: readonly Tensor[]): GraphBuilder {
  const builder = args[0]?.builder
  if (builder instanceof GraphBuilder) return builder
  throw new NablaError({
    code: 'E-USAGE',
    where: 'gradient',
    expected: 'a call with tensors, inside a function that compile() traces',
    received: 'a call without tensors',
    fix: 'compile the gradient: compile(gradient(f), shapes).',
  })
}

/** A function that returns f's value and its gradients by the chosen arguments. f returns a float scalar. */
export function valueAndGradient<A extends readonly Tensor[]>(
  f: (...args: A) => Tensor,
  options: GradientOptions = {},
): (...args: A) => [Tensor, ...Tensor[]] {
  return (...args) => {
    const value = f(...args)
    const by = (options.arguments ?? [0]).map((place) => {
      const argument = args[place]
      if (argument !== undefined) return argument
      throw new NablaError({
        code: 'E-USAGE',
        where: 'gradient',
        expected: `arguments from 0 to ${args.length - 1}`,
        received: String(place),
        fix: 'name an argument that the function has.',
      })
    })
    return [value, ...differentiate(builderOf(args), value, by)]
  }
}

/** A function that returns f's gradients by the chosen arguments. f returns a float scalar. */
export function gradient<A extends readonly Tensor[]>(
  f: (...args: A) => Tensor,
  options: GradientOptions = {},
): (...args: A) => Tensor[] {
  const both = valueAndGradient(f, options)
  return (...args) => both(...args).slice(1)
}
