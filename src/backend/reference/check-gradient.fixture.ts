/** Checks the derivative of one operation against central differences in f64, for tests made from the dictionary. */

import { differentiate } from '../../gradient/index.ts'
import { expandComposites, type Graph, GraphBuilder } from '../../graph/index.ts'
import { add, type Example, mul, type Operation, sum, type Tensor } from '../../ops/index.ts'
import { known, RandomStream, sizeOf } from '../../shared/index.ts'
import { evaluateGraph } from './index.ts'

/** Values for the inputs of an example; floats stay clear of each other so that no max has a near tie. */
export function sampleInputs(example: Example, random: RandomStream): Float64Array[] {
  return example.inputs.map(({ shape, low, high, dtype }) =>
    Float64Array.from({ length: sizeOf(shape) }, () =>
      dtype === 'int' ? low + random.below(high - low) : low + (high - low) * random.uniform(),
    ),
  )
}

interface Problem {
  value: (inputs: readonly Float64Array[]) => number
  gradients: (inputs: readonly Float64Array[]) => Float64Array[]
}

/** loss = Σ w·op(x…), with `twice`: loss = Σ w·(op(x…) + op(x…)·op(x…)), so that values are used more than once. */
export function problemOf(operation: Operation, example: Example, random: RandomStream, twice: boolean): Problem {
  const builder = new GraphBuilder()
  const inputs = example.inputs.map(({ shape, dtype }, i) => builder.input(`x${i}`, shape, dtype))
  const apply = () => builder.apply(operation, inputs, example.attributes ?? {})
  const y: Tensor = twice ? add(apply(), mul(apply(), apply())) : apply()
  const weights = builder.constant(
    Float64Array.from({ length: sizeOf(y.shape) }, () => 0.5 + random.uniform()),
    y.shape,
  )
  const loss = sum(mul(y, weights))
  const floats = inputs.filter(({ dtype }) => dtype === 'float')
  const gradients = differentiate(builder, loss, floats, { unreached: 'zero' })
  builder.output('loss', loss)
  gradients.forEach((gradient, i) => {
    builder.output(`g${i}`, gradient)
  })
  const graph = builder.build()
  const run = (values: readonly Float64Array[]) => {
    const all = evaluateGraph(expandedOnce(graph), (node) => known(values[Number(node.name.slice(1))], 'a value'))
    return (name: string) => {
      const output = known(
        expandedOnce(graph).outputs.find((o) => o.name === name),
        name,
      )
      return known(all.get(output.node), name).data
    }
  }
  return {
    value: (values) => run(values)('loss')[0] ?? Number.NaN,
    gradients: (values) => floats.map((_, i) => run(values)(`g${i}`)),
  }
}

const expansions = new WeakMap<Graph, Graph>()
function expandedOnce(graph: Graph): Graph {
  const found = expansions.get(graph) ?? expandComposites(graph)
  expansions.set(graph, found)
  return found
}

/** The largest error of the gradient, relative to the larger of 1 and the gradient. */
export function gradientError(operation: Operation, seed: number, twice: boolean): number {
  const random = new RandomStream(seed, 77)
  const example = operation.examples(random)
  const inputs = sampleInputs(example, random)
  const problem = problemOf(operation, example, random, twice)
  const floats = example.inputs.flatMap(({ dtype }, i) => (dtype === 'int' ? [] : [i]))
  const gradients = problem.gradients(inputs)
  let worst = 0
  floats.forEach((slot, i) => {
    const x = known(inputs[slot], 'an input')
    for (let probed = 0; probed < Math.min(x.length, 8); probed++) {
      const element = x.length <= 8 ? probed : random.below(x.length)
      const center = x[element] ?? 0
      const h = 1e-5
      const probe = (offset: number) => {
        x[element] = center + offset
        const value = problem.value(inputs)
        x[element] = center
        return value
      }
      // Fourth-order central difference: (f(−2h) − 8f(−h) + 8f(h) − f(2h))/12h
      const difference = (probe(-2 * h) - 8 * probe(-h) + 8 * probe(h) - probe(2 * h)) / (12 * h)
      const exact = gradients[i]?.[element] ?? Number.NaN
      const error = Math.abs(exact - difference) / Math.max(1, Math.abs(difference))
      worst = Math.max(worst, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error)
    }
  })
  return worst
}
