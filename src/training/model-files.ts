/**
 * A model as two files: `network.json` (the network, the loss, class names, preprocessing) and `model.safetensors` (the
 * parameters). Both are read as hostile input: every name, shape and element type is checked. Only bytes and records
 * here, no files.
 */

import { scalingFromJSON } from '../data/index.ts'
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from '../formats/index.ts'
import { type Loss, lossByName, type Network, networkFromJson, showValue } from '../network/index.ts'
import { formatShape, NablaError, sameShape, unknownName } from '../shared/index.ts'
import { Model, type ParameterArray } from './model.ts'
import { checkSaveable, isSavedLoss } from './saveable.ts'

export const MODEL_SCHEMA = 'nabla.model/1'

/**
 * What `network.json` holds.
 * @throws NablaError E-MODEL for layers or losses of one's own that could not be made again when it is read.
 */
export function describeModel(model: Model): Record<string, unknown> {
  const { network, loss, classNames, preprocessing } = model
  checkSaveable(model)
  return {
    schema: MODEL_SCHEMA,
    network: network.toJSON(),
    // A loss of one's own is code: without a registered name it is not saved, and the model predicts without it.
    ...(loss === undefined || !isSavedLoss(loss) ? {} : { loss: { name: loss.name, ...loss.options } }),
    ...(classNames === undefined ? {} : { classNames: [...classNames] }),
    ...(preprocessing === undefined ? {} : { preprocessing: preprocessing.toJSON() }),
  }
}

/** The bytes of `model.safetensors`: f32, or f64 where the reference backend trained. */
export function encodeParameters(model: Model): Uint8Array {
  const tensors = model.network.parameters.map(({ name, shape }): StoredTensor => {
    const data = model.parameters.get(name) ?? new Float32Array()
    return data instanceof Float64Array ? { name, shape, dtype: 'F64', data } : { name, shape, dtype: 'F32', data }
  })
  return encodeSafetensors(tensors, { schema: MODEL_SCHEMA })
}

function modelError(where: string, expected: string, received: string, fix: string): NablaError {
  return new NablaError({ code: 'E-MODEL', where, expected, received, fix })
}

const SAVE_AGAIN = 'use files that saveModel wrote together, or save the model again.'

/**
 * The parameters of a network from the bytes of a safetensors file.
 * @throws NablaError E-DATA for a broken file; E-MODEL for a missing parameter, another shape or element type, or NaN;
 *   E-NAME for a tensor that the network does not have.
 */
export function decodeParameters(bytes: Uint8Array, network: Network, where: string): Map<string, ParameterArray> {
  const { tensors } = decodeSafetensors(bytes, where)
  const names = network.parameters.map(({ name }) => name)
  const stranger = tensors.find(({ name }) => !names.includes(name))
  if (stranger !== undefined) throw unknownName(where, 'parameter', stranger.name, names)
  const values = new Map<string, ParameterArray>()
  for (const { name, shape } of network.parameters) {
    const tensor = tensors.find((candidate) => candidate.name === name)
    const place = `${where}, parameter "${name}"`
    if (tensor === undefined) throw modelError(place, `a tensor ${formatShape(shape)}`, 'none', SAVE_AGAIN)
    if (!sameShape(tensor.shape, shape)) {
      throw modelError(place, `shape ${formatShape(shape)}`, formatShape(tensor.shape), SAVE_AGAIN)
    }
    if (tensor.dtype !== 'F32' && tensor.dtype !== 'F64') {
      throw modelError(place, 'element type F32 or F64', tensor.dtype, SAVE_AGAIN)
    }
    const at = (tensor.data as ParameterArray).findIndex((value) => !Number.isFinite(value))
    if (at >= 0) throw modelError(`${place}, element ${at}`, 'a finite number', String(tensor.data[at]), 'train again.')
    values.set(name, tensor.data)
  }
  return values
}

/**
 * A model from the record of `network.json` and the bytes of `model.safetensors`.
 * @throws NablaError E-MODEL for another schema or structure; what `decodeParameters` and `networkFromJson` throw.
 */
export function readModel(record: unknown, bytes: Uint8Array, where = 'model'): Model {
  const { network: networkJson, loss, classNames, preprocessing } = checkRecord(record, `${where}/network.json`)
  const network = networkFromJson(networkJson, `${where}/network.json`)
  return new Model({
    network,
    parameters: decodeParameters(bytes, network, `${where}/model.safetensors`),
    loss: readLoss(loss, `${where}/network.json, loss`),
    classNames: readNames(classNames, `${where}/network.json, classNames`),
    preprocessing:
      preprocessing === undefined ? undefined : scalingFromJSON(preprocessing, `${where}/network.json, preprocessing`),
  })
}

function checkRecord(record: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof record !== 'object' || record === null) throw modelError(where, 'an object', showValue(record), SAVE_AGAIN)
  const { schema } = record as { schema?: unknown }
  if (schema === MODEL_SCHEMA) return record as Record<string, unknown>
  throw modelError(`${where}, schema`, `"${MODEL_SCHEMA}"`, showValue(schema), SAVE_AGAIN)
}

function readLoss(record: unknown, where: string): Loss | undefined {
  if (record === undefined) return undefined
  const { name, ...options } = (typeof record === 'object' && record !== null ? record : {}) as { name?: unknown }
  if (typeof name !== 'string') throw modelError(where, 'an object with a name', showValue(record), SAVE_AGAIN)
  return lossByName(name, options)
}

function readNames(names: unknown, where: string): string[] | undefined {
  if (names === undefined) return undefined
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names
  throw modelError(where, 'a list of names', showValue(names), SAVE_AGAIN)
}
