/** A network, a loss or an optimiser from the JSON that was saved of it, read as hostile input. */

import { NablaError, unknownName } from '../shared/index.ts'
import { elu, gelu, identity, leakyRelu, relu, sigmoid, silu, sine, softmax, softplus, tanh } from './activation.ts'
import { type DenseOptions, dense } from './dense.ts'
import { dropout } from './dropout.ts'
import type { Layer } from './layer.ts'
import type { Loss } from './loss.ts'
import { binaryCrossEntropy, crossEntropy, huber, mae, mse } from './losses.ts'
import { NETWORK_SCHEMA, Network } from './network.ts'
import { type BatchNormOptions, batchNorm, type LayerNormOptions, layerNorm } from './normalization.ts'
import { flatten, reshape } from './reshape.ts'
import { checkNumber, checkOptions, showValue } from './validate.ts'

type Named = { name?: string }
type Fields = Readonly<Record<string, unknown>>

/** Without a name the field is left out, since `exactOptionalPropertyTypes` tells absent from undefined. */
const named = (name: string | undefined): Named => (name === undefined ? {} : { name })

const withoutOptions =
  (make: (options: Named) => Layer) => (fields: Fields, name: string | undefined, where: string) => {
    checkOptions(fields, [], where)
    return make(named(name))
  }

/** How each kind is made of its saved options; the layers' own functions check the values. */
const LAYERS: Readonly<Record<string, (fields: Fields, name: string | undefined, where: string) => Layer>> = {
  dense: ({ units, ...options }, name) => dense(units as number, { ...(options as DenseOptions), ...named(name) }),
  relu: withoutOptions(relu),
  gelu: withoutOptions(gelu),
  silu: withoutOptions(silu),
  softplus: withoutOptions(softplus),
  sigmoid: withoutOptions(sigmoid),
  tanh: withoutOptions(tanh),
  sine: withoutOptions(sine),
  identity: withoutOptions(identity),
  softmax: withoutOptions(softmax),
  flatten: withoutOptions(flatten),
  leakyRelu: (fields, name, where) => {
    checkOptions(fields, ['slope'], where)
    return leakyRelu(fields.slope as number | undefined, named(name))
  },
  elu: (fields, name, where) => {
    checkOptions(fields, ['alpha'], where)
    return elu(fields.alpha as number | undefined, named(name))
  },
  dropout: (fields, name, where) => {
    checkOptions(fields, ['rate'], where)
    return dropout(fields.rate as number, named(name))
  },
  batchNorm: (fields, name) => batchNorm({ ...(fields as BatchNormOptions), ...named(name) }),
  layerNorm: (fields, name) => layerNorm({ ...(fields as LayerNormOptions), ...named(name) }),
  reshape: (fields, name, where) => {
    checkOptions(fields, ['shape'], where)
    return reshape(fields.shape as number[], named(name))
  },
}

/** The kinds of layers, as `layerByName` and saved networks name them. */
export const layerKinds: readonly string[] = Object.keys(LAYERS)

/**
 * A layer by its kind: `layerByName('relu')`, `layerByName('dense', { units: 10 })`.
 * @throws NablaError E-NAME with the nearest kind; what the layer's own function throws for its options.
 */
export function layerByName(kind: string, options: Fields = {}, where = 'layer'): Layer {
  const own = registeredLayers.get(kind)
  const make = Object.hasOwn(LAYERS, kind) ? LAYERS[kind] : undefined
  if (make === undefined && own === undefined) throw unknownKind(where, 'layer', kind, layerKinds, registeredLayers)
  const { name, ...fields } = options
  if (own !== undefined && (name === undefined || typeof name === 'string')) return own(options)
  if (make !== undefined && (name === undefined || typeof name === 'string')) return make(fields, name, where)
  throw new NablaError({
    code: 'E-NAME',
    where,
    expected: 'a name, as text',
    received: showValue(name),
    fix: 'correct the name.',
  })
}

function modelError(where: string, expected: string, received: string): NablaError {
  const fix = 'save the network again with JSON.stringify(network), or correct the file.'
  return new NablaError({ code: 'E-MODEL', where, expected, received, fix })
}

/**
 * The network that `toJSON` described.
 * @throws NablaError E-MODEL for another schema or structure; E-NAME for an unknown kind; E-SHAPE as `network`.
 */
export function networkFromJson(json: unknown, where = 'network'): Network {
  if (typeof json !== 'object' || json === null) throw modelError(where, 'an object', showValue(json))
  const { schema, input, layers } = json as Fields
  if (schema !== NETWORK_SCHEMA) throw modelError(`${where}, schema`, `"${NETWORK_SCHEMA}"`, showValue(schema))
  if (!Array.isArray(input)) throw modelError(`${where}, input`, 'a list of extents', showValue(input))
  if (!Array.isArray(layers)) throw modelError(`${where}, layers`, 'a list of layers', showValue(layers))
  for (const extent of input) checkNumber(extent, `${where}, input`, { least: 1, whole: true })
  const made = layers.map((entry: unknown, index) => {
    const at = `${where}, layer ${index + 1}`
    if (typeof entry !== 'object' || entry === null) throw modelError(at, 'an object', showValue(entry))
    const { kind, ...options } = entry as Fields
    if (typeof kind !== 'string') throw modelError(`${at}, kind`, 'a kind of layer, as text', showValue(kind))
    return layerByName(kind, options, at)
  })
  return new Network(input as number[], made)
}

const LOSSES: Readonly<Record<string, (options: Fields) => Loss>> = {
  mse: (options) => mse(options),
  mae: (options) => {
    checkOptions(options, [], 'mae')
    return mae()
  },
  huber: (options) => {
    checkOptions(options, ['delta'], 'huber')
    return huber(options.delta as number | undefined)
  },
  binaryCrossEntropy: (options) => binaryCrossEntropy(options),
  crossEntropy: (options) => crossEntropy(options),
}
export const lossNames: readonly string[] = Object.keys(LOSSES)

/** A loss by its name. @throws NablaError E-NAME with the nearest name; E-VALUE for its options. */
export function lossByName(name: string, options: Fields = {}): Loss {
  const make = Object.hasOwn(LOSSES, name) ? LOSSES[name] : registeredLosses.get(name)
  if (make === undefined) throw unknownKind('loss', 'loss', name, lossNames, registeredLosses)
  return make(options)
}

const registeredLayers = new Map<string, (options: Fields) => Layer>()
const registeredLosses = new Map<string, (options: Fields) => Loss>()

/**
 * Makes a kind of layer of one's own known by its `kind`, so that a model that has it can be saved and loaded: `make` gets
 * the layer's `options` (and its `name`, if it has one) as they were saved, and makes the layer again. Options from a file
 * are hostile: check them. Loading needs the same call before it.
 * @throws NablaError E-NAME for a kind that is nabla's own; E-USAGE unless `make` is a function.
 */
export function registerLayer(kind: string, make: (options: Fields) => Layer): void {
  checkRegistration('registerLayer', kind, make, layerKinds)
  registeredLayers.set(kind, make)
}

/**
 * Makes a loss of one's own known by its name, so that a model that was trained by it can be saved with it: `make` gets the
 * loss's `options` as they were saved. `registerLoss('cubic', () => customLoss(…, { name: 'cubic' }))`.
 * @throws NablaError E-NAME for a name that is nabla's own; E-USAGE unless `make` is a function.
 */
export function registerLoss(name: string, make: (options: Fields) => Loss): void {
  checkRegistration('registerLoss', name, make, lossNames)
  registeredLosses.set(name, make)
}

/** Whether `lossByName` knows it. */
export function isLossName(name: string): boolean {
  return Object.hasOwn(LOSSES, name) || registeredLosses.has(name)
}

function checkRegistration(where: string, name: unknown, make: unknown, own: readonly string[]): void {
  const isText = typeof name === 'string' && name !== ''
  if (!isText || typeof make !== 'function') {
    const expected = 'a name, and a function that makes it of its options'
    const received = `${showValue(name)} and ${showValue(make)}`
    throw new NablaError({ code: 'E-USAGE', where, expected, received, fix: `write ${where}('mine', () => …).` })
  }
  if (!own.includes(name)) return
  const [expected, fix] = ["a name that is not nabla's own", 'choose another name.']
  throw new NablaError({ code: 'E-NAME', where, expected, received: JSON.stringify(name), fix })
}

function unknownKind(
  where: string,
  what: 'layer' | 'loss',
  name: string,
  own: readonly string[],
  registered: ReadonlyMap<string, unknown>,
): NablaError {
  const problem = unknownName(where, what, name, [...own, ...registered.keys()]).toJSON()
  const register = what === 'layer' ? 'registerLayer' : 'registerLoss'
  const call = `if it is your own, call ${register}(${JSON.stringify(name)}, …) first.`
  return new NablaError({ ...problem, fix: `${problem.fix.replace(/\.$/, '')}; ${call}` })
}
