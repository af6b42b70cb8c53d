/** The fully connected layer: y = x·kernel + bias. */

import { add, matmul } from '../ops/index.ts'
import { glorotUniform, type Initializer, type InitializerLike, initializerOf, zeros } from './initializer.ts'
import { type JsonObject, type Layer, layerShapeError, type ParameterSpec, requireFlat } from './layer.ts'
import { type Regularizer, regularizerOf } from './regularizer.ts'
import { checkFlag, checkNumber, checkOptions } from './validate.ts'

export interface DenseOptions {
  name?: string
  /** Whether a bias is added; true where nothing is said. */
  bias?: boolean
  /** Where nothing is said: He's for a kernel that feeds a rectifier, else Glorot's uniform one. */
  kernelInitializer?: InitializerLike
  /** Zeros where nothing is said. */
  biasInitializer?: InitializerLike
  /** A penalty on this layer's kernel, in place of the one that `fit` is given. */
  regularizer?: Regularizer
  /** How many features the layer expects; a layer before it that gives another number is refused. */
  inputs?: number
}

const OPTIONS = ['name', 'bias', 'kernelInitializer', 'biasInitializer', 'regularizer', 'inputs']

/**
 * [batch, in] → [batch, units], y = x·W + b with W [in, units] and b [units].
 * @throws NablaError E-VALUE for a number of units that is not a whole number from 1 on; E-NAME for an unknown option.
 */
export function dense(units: number, options: DenseOptions = {}): Layer {
  const where = options?.name === undefined ? 'dense' : `layer "${options.name}" (dense)`
  checkNumber(units, `${where}, units`, { least: 1, whole: true }, 'write the number of units: dense(64).')
  checkOptions(options, OPTIONS, where)
  const { name, bias = true } = options
  checkFlag(bias, `${where}, bias`)
  if (options.inputs !== undefined) checkNumber(options.inputs, `${where}, inputs`, { least: 1, whole: true })
  const initializer = (given: InitializerLike | undefined) =>
    given === undefined ? undefined : initializerOf(given, `${where}, initializer`)
  const kernelInitializer = initializer(options.kernelInitializer)
  const biasInitializer = initializer(options.biasInitializer) ?? zeros()
  const regularizer =
    options.regularizer === undefined ? undefined : regularizerOf(options.regularizer, `${where}, regularizer`)
  return {
    kind: 'dense',
    name,
    options: denseJson(units, bias, options, { kernelInitializer, biasInitializer, regularizer }),
    outputShape: (input, place) => {
      const features = requireFlat({ kind: 'dense' }, place, input, `dense(${units})`)
      if (options.inputs !== undefined && options.inputs !== features) {
        const fix = `give ${place.previous} ${options.inputs} units, or write dense(${units}) without inputs.`
        throw layerShapeError({ kind: 'dense' }, place, `[batch, ${options.inputs}]`, input, fix)
      }
      return [units]
    },
    parameters: ([features = 0], place): ParameterSpec[] => {
      const kernel: ParameterSpec = {
        name: 'kernel',
        shape: [features, units],
        initializer: kernelInitializer ?? place.next?.kernelInitializer ?? glorotUniform(),
        role: 'kernel',
        trainable: true,
        regularizer,
      }
      if (!bias) return [kernel]
      const ofBias = regularizer?.biases === true ? regularizer : undefined
      return [
        kernel,
        {
          name: 'bias',
          shape: [units],
          initializer: biasInitializer,
          role: 'bias',
          trainable: true,
          regularizer: ofBias,
        },
      ]
    },
    apply: (context, x) => {
      const product = matmul(x, context.parameter('kernel'))
      return bias ? add(product, context.parameter('bias')) : product
    },
  }
}

/** What differs from the defaults, so that saved networks stay short. */
function denseJson(
  units: number,
  bias: boolean,
  given: DenseOptions,
  resolved: {
    kernelInitializer: Initializer | undefined
    biasInitializer: Initializer
    regularizer: Regularizer | undefined
  },
): JsonObject {
  const { kernelInitializer, biasInitializer, regularizer } = resolved
  return {
    units,
    ...(bias ? {} : { bias }),
    ...(kernelInitializer === undefined ? {} : { kernelInitializer }),
    ...(given.biasInitializer === undefined ? {} : { biasInitializer }),
    ...(regularizer === undefined ? {} : { regularizer: { ...regularizer } }),
    ...(given.inputs === undefined ? {} : { inputs: given.inputs }),
  }
}
