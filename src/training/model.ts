/** A trained network: its parameters beside it, and what is needed to use it on new samples. */

import type { Scaling } from '../data/index.ts'
import type { Loss, Network } from '../network/index.ts'
import { formatShape, NablaError, sizeOf, unknownName } from '../shared/index.ts'

/** f32, or f64 from the reference backend. */
export type ParameterArray = Float32Array | Float64Array
export type ParameterValues = ReadonlyMap<string, ParameterArray>

export interface ModelParts {
  network: Network
  /** By name, row-major. */
  parameters: ParameterValues
  /** What it was trained by: says whether outputs are logits. */
  loss?: Loss | undefined
  classNames?: readonly string[] | undefined
  /** What is done to raw inputs first. */
  preprocessing?: Scaling | undefined
}

export class Model {
  readonly network: Network
  readonly parameters: ParameterValues
  readonly loss: Loss | undefined
  readonly classNames: readonly string[] | undefined
  readonly preprocessing: Scaling | undefined

  /** @throws NablaError E-MODEL where a parameter is missing or has another size; E-NAME for one too many. */
  constructor(parts: ModelParts) {
    this.network = parts.network
    this.parameters = checkParameters(parts.network, parts.parameters)
    this.loss = parts.loss
    this.classNames = parts.classNames
    this.preprocessing = parts.preprocessing
  }

  /** This model with some parts replaced. */
  with(parts: Partial<ModelParts>): Model {
    const { network, parameters, loss, classNames, preprocessing } = this
    return new Model({ network, parameters, loss, classNames, preprocessing, ...parts })
  }
}

/** The parameters, if they are the network's. @throws NablaError E-MODEL, E-NAME. */
export function checkParameters(network: Network, parameters: ParameterValues): ParameterValues {
  for (const { name, shape } of network.parameters) {
    const values = parameters.get(name)
    if (values?.length === sizeOf(shape)) continue
    throw new NablaError({
      code: 'E-MODEL',
      where: `parameter "${name}"`,
      expected: `${sizeOf(shape)} numbers, for ${formatShape(shape)}`,
      received: values === undefined ? 'no such parameter' : `${values.length} numbers`,
      fix: 'use the parameters that were trained with this network.',
    })
  }
  const names = network.parameters.map(({ name }) => name)
  for (const name of parameters.keys()) {
    if (!names.includes(name)) throw unknownName('model', 'parameter', name, names)
  }
  return parameters
}

/** The network with parameters drawn from the seed, not trained. */
export function untrainedModel(network: Network, seed = 0): Model {
  return new Model({ network, parameters: network.initialParameters(seed) })
}
