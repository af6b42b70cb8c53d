/**
 * A network: layers in a row, their shapes inferred and checked, their parameters named. Immutable; it holds no
 * numbers. What enters: the shape of one sample and layers. What leaves: graph, by `forward`.
 */

import type { GraphBuilder } from '../graph/index.ts'
import { type Tensor, uniform } from '../ops/index.ts'
import {
  checkShape,
  invariant,
  known,
  NablaError,
  RandomStream,
  type Shape,
  sizeOf,
  unknownName,
} from '../shared/index.ts'
import { initialValues } from './initializer.ts'
import type { JsonObject, Layer, LayerPlace, ParameterSpec } from './layer.ts'
import { formatSummary } from './summary.ts'
import { checkOptions, showValue } from './validate.ts'

/** A layer in its place. */
export interface NetworkLayer {
  readonly layer: Layer
  /** Unique in the network: the user's, or its kind and a number, "dense1". */
  readonly name: string
  readonly inputShape: Shape
  readonly outputShape: Shape
  /** With names that are unique in the network: "dense1.kernel". */
  readonly parameters: readonly ParameterSpec[]
}

export interface ForwardOptions {
  /** Tensors by parameter name. */
  parameters: ReadonlyMap<string, Tensor>
  training: boolean
  /** int [3], seed (low, high) and step; needed while training a network with layers that draw random numbers. */
  key?: Tensor | undefined
  /** Hears what a parameter that is not trainable becomes; only while training. */
  onUpdate?: (parameter: string, value: Tensor) => void
}

export const NETWORK_SCHEMA = 'nabla.network/1'

export class Network {
  /** The shape of one sample. */
  readonly inputShape: Shape
  readonly outputShape: Shape
  readonly layers: readonly NetworkLayer[]
  readonly parameters: readonly ParameterSpec[]

  /** @throws NablaError E-SHAPE where a layer does not fit, E-NAME for a repeated name, E-USAGE for what is no layer. */
  constructor(inputShape: Shape, layers: readonly Layer[]) {
    this.inputShape = Object.freeze([...checkShape(inputShape, 'network input')])
    this.layers = Object.freeze(placeLayers(this.inputShape, layers))
    this.outputShape = this.layers[this.layers.length - 1]?.outputShape ?? this.inputShape
    this.parameters = Object.freeze(this.layers.flatMap(({ parameters }) => parameters))
  }

  /** How many numbers training changes. */
  get trainableCount(): number {
    return this.parameters.reduce((count, { shape, trainable }) => count + (trainable ? sizeOf(shape) : 0), 0)
  }

  /** Whether a training step draws random numbers. */
  get needsRandom(): boolean {
    return this.layers.some(({ layer }) => layer.needsRandom === true)
  }

  /** @throws NablaError E-NAME for a layer that the network lacks. */
  layer(name: string): NetworkLayer {
    const names = this.layers.map((layer) => layer.name)
    const found = this.layers.find((layer) => layer.name === name)
    if (found === undefined) throw unknownName('network', 'layer', name, names)
    return found
  }

  /** The parameters before training, drawn from the seed: each from a random stream of its own. */
  initialParameters(seed: number): Map<string, Float32Array> {
    return new Map(
      this.parameters.map(({ name, shape, initializer }, stream) => [
        name,
        initialValues(initializer, shape, new RandomStream(seed, stream)),
      ]),
    )
  }

  /** Builds the network on x [batch, ...inputShape]; the outputs of all layers, the last one's last. */
  forward(builder: GraphBuilder, x: Tensor, options: ForwardOptions): Tensor[] {
    const outputs: Tensor[] = []
    this.layers.forEach((placed, index) => {
      const input = outputs[index - 1] ?? x
      outputs.push(builder.scope(placed.name, () => applyLayer(placed, index, input, options)))
    })
    return outputs
  }

  /** Layers, shapes and parameter counts as a table of text. */
  summary(): string {
    return formatSummary(this)
  }

  toJSON(): JsonObject {
    return {
      schema: NETWORK_SCHEMA,
      input: [...this.inputShape],
      layers: this.layers.map(({ layer, name }) => ({ kind: layer.kind, name, ...layer.options })),
    }
  }
}

function applyLayer(placed: NetworkLayer, index: number, x: Tensor, options: ForwardOptions): Tensor {
  const { layer, name } = placed
  let drawn = 0
  return layer.apply(
    {
      training: options.training,
      parameter: (local) => known(options.parameters.get(`${name}.${local}`), `${name}.${local} has a tensor`),
      uniform: (shape) => {
        const key = known(options.key, 'a layer that draws random numbers is given a key')
        invariant(drawn < STREAMS_PER_LAYER, `layer ${name} draws from at most ${STREAMS_PER_LAYER} streams`)
        return uniform(key, shape, index * STREAMS_PER_LAYER + drawn++)
      },
      update: (local, value) => options.onUpdate?.(`${name}.${local}`, value),
    },
    x,
  )
}

/** Streams of random numbers in a step: so many for each layer, the first layer's first. */
const STREAMS_PER_LAYER = 4

/** The first stream that no layer of a network draws from: the loss draws from there on. */
export function firstFreeStream(network: Network): number {
  return network.layers.length * STREAMS_PER_LAYER
}

/** Names, shapes and parameters of every layer. */
function placeLayers(inputShape: Shape, layers: readonly Layer[]): NetworkLayer[] {
  if (layers.length === 0) {
    throw new NablaError({
      code: 'E-USAGE',
      where: 'network',
      expected: 'at least one layer',
      received: 'none',
      fix: 'write network({ input: [784] }, dense(10)).',
    })
  }
  layers.forEach((layer, index) => {
    checkLayer(layer, index)
  })
  const names = nameLayers(layers)
  const placed: NetworkLayer[] = []
  layers.forEach((layer, index) => {
    const before = placed[index - 1]
    const input = before?.outputShape ?? inputShape
    const place: LayerPlace = {
      name: names[index] ?? layer.kind,
      previous: before === undefined ? "the network's input" : `"${before.name}"`,
      next: layers[index + 1],
    }
    const outputShape = layer.outputShape(input, place)
    const parameters = (layer.parameters?.(input, place) ?? []).map((spec) => ({
      ...spec,
      name: `${place.name}.${spec.name}`,
    }))
    placed.push({ layer, name: place.name, inputShape: input, outputShape, parameters })
  })
  return placed
}

function checkLayer(layer: unknown, index: number): void {
  if (typeof layer === 'object' && layer !== null && 'kind' in layer && 'apply' in layer) return
  const isFunction = typeof layer === 'function'
  throw new NablaError({
    code: 'E-USAGE',
    where: `network, layer ${index + 1}`,
    expected: 'a layer, such as dense(64) or relu()',
    received: isFunction ? `the function ${layer.name}` : showValue(layer),
    fix: isFunction ? `call it: ${layer.name}().` : 'write network({ input: [784] }, dense(300), relu(), dense(10)).',
  })
}

/** The user's names, and "kind" with a number for the others. */
function nameLayers(layers: readonly Layer[]): string[] {
  const taken = new Set<string>()
  for (const { name, kind } of layers) {
    if (name === undefined) continue
    if (!/^[A-Za-z][\w-]*$/.test(name) || taken.has(name)) {
      throw new NablaError({
        code: 'E-NAME',
        where: `layer "${name}" (${kind})`,
        expected: 'a name of letters, digits, _ and -, once in the network',
        received: taken.has(name) ? 'the same name twice' : JSON.stringify(name),
        fix: 'give the layer another name.',
      })
    }
    taken.add(name)
  }
  const counts = new Map<string, number>()
  return layers.map(({ name, kind }) => {
    if (name !== undefined) return name
    let count = counts.get(kind) ?? 0
    do count++
    while (taken.has(`${kind}${count}`))
    counts.set(kind, count)
    return `${kind}${count}`
  })
}

export interface NetworkOptions {
  /** The shape of one sample: [784], or [28, 28]. */
  input: Shape
}

/**
 * A network of layers in a row: `network({ input: [784] }, dense(300), relu(), dense(10))`.
 * @throws NablaError E-SHAPE where a layer does not fit, E-NAME for a repeated name, E-USAGE for what is no layer.
 */
export function network(options: NetworkOptions, ...layers: readonly Layer[]): Network {
  checkOptions(options, ['input'], 'network')
  if (!Array.isArray(options.input)) {
    throw new NablaError({
      code: 'E-USAGE',
      where: 'network, input',
      expected: 'the shape of one sample, as a list',
      received: showValue(options.input),
      fix: 'write network({ input: [784] }, …).',
    })
  }
  if (options.input.includes(0)) {
    throw new NablaError({
      code: 'E-SHAPE',
      where: 'network, input',
      expected: 'at least one number a sample',
      received: `[${options.input.join(', ')}]`,
      fix: 'give every axis at least one element.',
    })
  }
  return new Network(options.input, layers)
}
