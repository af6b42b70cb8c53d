/** The network: its hidden layers in short, all its layers, or what code makes. */

import { type Layer, layerByName, layerKinds, Network } from '../../network/index.ts'
import {
  count,
  type Field,
  isObject,
  list,
  type NamedValue,
  object,
  oneOf,
  optional,
  orCode,
  type Place,
  parsePlain,
  shareBelowOne,
  splitList,
  wrongType,
} from '../schema/index.ts'

/** What a hidden layer's activation may be: layers that keep the shape and need nothing to be said. */
export const ACTIVATIONS = [
  ...(['relu', 'leakyRelu', 'elu', 'gelu', 'silu', 'softplus', 'sigmoid', 'tanh', 'sine', 'identity'] as const),
]

/** In place of a number of units: as many as the data and the loss need. */
export const OUTPUTS = 'outputs'

/** What a layer's first argument is called. */
const FIRST_ARGUMENT: Readonly<Record<string, string>> = {
  dense: 'units',
  dropout: 'rate',
  leakyRelu: 'slope',
  elu: 'alpha',
  reshape: 'shape',
}

const isLayer = (value: unknown): value is Layer => typeof value === 'object' && value !== null && 'apply' in value
const isOwnLayer = (value: unknown): boolean => isLayer(value) && !layerKinds.includes(value.kind)
const isNetwork = (value: unknown): value is Network => value instanceof Network

/** A layer with `outputs` as its units has none yet. */
export function layerOf({ kind, ...options }: NamedValue, outputs: number): Layer {
  return layerByName(String(kind), options.units === OUTPUTS ? { ...options, units: outputs } : options)
}

function describeLayer(value: unknown): unknown {
  if (isLayer(value))
    return { kind: value.kind, ...(value.name !== undefined && { name: value.name }), ...value.options }
  return typeof value === 'string' ? { kind: value } : value
}

/** "dropout(0.2)" as { kind: "dropout", rate: 0.2 }; "dense(10, bias=false)" */
function parseLayer(given: string, place: Place): unknown {
  const call = /^(\w+)\((.*)\)$/.exec(given.trim())
  if (call === null) return given.trim().startsWith('{') ? parsePlain(given, place) : given.trim()
  const [, kind = '', inside = ''] = call
  const options = splitList(inside)
    .filter((part) => part !== '')
    .map((part, index): [string, unknown] => {
      const at = part.indexOf('=')
      const name = at < 0 ? (index === 0 ? (FIRST_ARGUMENT[kind] ?? 'name') : part) : part.slice(0, at).trim()
      return [name, parsePlain(at < 0 ? part : part.slice(at + 1), place)]
    })
  return { kind, ...Object.fromEntries(options) }
}

const anything: Field = { expected: 'what the layer takes', read: (value) => value, parse: parsePlain }

const layerField: Field<NamedValue | Layer> = orCode<NamedValue, Layer>(
  {
    expected: `a layer, such as dense(64) or relu; kinds: ${layerKinds.join(', ')}`,
    read: (value, place) => {
      const given = describeLayer(value)
      if (!isObject(given) || typeof given.kind !== 'string') {
        throw wrongType(place, 'a layer, such as { kind: "dense", units: 64 }', value)
      }
      if (!layerKinds.includes(given.kind)) throw place.unknown('layer', given.kind, layerKinds)
      place.run(() => layerOf(given, 1))
      return given
    },
    parse: parseLayer,
    expand: describeLayer,
    element: anything,
  },
  isOwnLayer,
)

const layers: Field<(NamedValue | Layer)[]> = {
  ...list(layerField, 'a list of layers'),
  parse: (given, place) => {
    if (given.trim().startsWith('[')) return parsePlain(given, place)
    // Layers stand between commas or spaces that are in no bracket.
    const parts = splitList(given.replace(/\s+(?![^(]*\))/g, ',')).filter((part) => part !== '')
    return parts.map((part) => parseLayer(part, place))
  },
}

const ENTRIES = {
  hidden: optional(
    list(count, 'the units of each hidden layer, such as [300, 75]'),
    'units of the hidden layers; [64] where nothing is said',
  ),
  activation: optional(oneOf('activation', ACTIVATIONS), 'after each hidden layer; relu where nothing is said'),
  dropout: optional(shareBelowOne, 'the share of each hidden layer that is dropped while training; 0'),
  normalization: optional(
    oneOf('normalization', ['batch', 'layer']),
    'of each hidden layer, before its activation: batch, layer or none',
  ),
  layers: optional(layers, 'all layers, in place of those that the other fields make; dense(outputs) ends them'),
  input: optional(list(count, 'the shape of one sample'), "the shape of one sample; the data's where nothing is said"),
}

export interface NetworkConfig {
  hidden?: number[] | undefined
  activation?: string | undefined
  dropout?: number | undefined
  normalization?: string | undefined
  layers?: (NamedValue | Layer)[] | undefined
  input?: number[] | undefined
}

/** What a network is made for. */
export interface NetworkNeeds {
  /** The shape of one sample. */
  input: readonly number[]
  /** How many numbers the targets and the loss need. */
  outputs: number
  classNames: readonly string[] | undefined
}
export type MakeNetwork = (needs: NetworkNeeds) => Network

const HIDDEN = ['hidden', 'activation', 'dropout', 'normalization'] as const

function checkNetwork(value: NetworkConfig, place: Place): void {
  const short = HIDDEN.find((name) => value[name] !== undefined)
  if (value.layers === undefined || short === undefined) return
  throw place.error(
    'E-USAGE',
    'layers, or what they are made of',
    `layers and ${short}`,
    `leave ${short} out, or layers.`,
  )
}

/** A network, a list of layers, or units of hidden layers, as the object that they stand for. */
function describeNetwork(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (isNetwork(value)) {
    return {
      input: [...value.inputShape],
      layers: value.layers.map(({ layer, name }) =>
        isOwnLayer(layer) ? layer : { ...(describeLayer(layer) as object), name },
      ),
    }
  }
  if (isObject(value) && typeof value.schema === 'string') return { input: value.input, layers: value.layers }
  if (!Array.isArray(value)) return undefined
  return value.every((each) => typeof each === 'number') ? { hidden: value } : { layers: value }
}

const described = object(ENTRIES, { what: 'a network', short: describeNetwork, check: checkNetwork })

export const networkField: Field<NetworkConfig | MakeNetwork> = orCode<NetworkConfig, MakeNetwork>(
  {
    ...described,
    parse: (given, place) => {
      if (/^\s*[[{]/.test(given)) return parsePlain(given, place)
      if (/^\s*(\d[\d\s,]*|none)$/.test(given)) return { hidden: ENTRIES.hidden.field.parse(given, place) }
      return { layers: layers.parse(given, place) }
    },
  },
  (value) => typeof value === 'function',
)
