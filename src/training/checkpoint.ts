/**
 * A checkpoint: everything that a run needs to go on to the same bits, as one safetensors file. The arrays are what is
 * on the device (parameters, slots, totals) and the best parameters; the rest is a JSON record in the file's metadata.
 * Only bytes here, no files; read as hostile input.
 */

import { StreamedDataset } from '../data/index.ts'
import {
  decodeSafetensors,
  encodeSafetensors,
  readNumbers,
  type StoredTensor,
  stringifyNumbers,
} from '../formats/index.ts'
import { showValue } from '../network/index.ts'
import { NablaError } from '../shared/index.ts'
import type { EngineState } from './engine.ts'
import type { FitPlan } from './fit-options.ts'
import type { Best, EpochRecord } from './history.ts'
import type { ParameterArray, ParameterValues } from './model.ts'

export const CHECKPOINT_SCHEMA = 'nabla.checkpoint/1'

/** What has to be the same for a run to go on: another value would give another run. */
export interface RunIdentity {
  readonly network: string
  readonly loss: string
  readonly optimizer: string
  readonly schedule: string
  readonly regularizer: string
  readonly clip: string
  readonly classWeights: string
  readonly metrics: string
  readonly seed: number
  readonly batchSize: number
  readonly samples: number
  /** The size of the buffer, where a stream is shuffled in one. */
  readonly shuffle: boolean | number
}

/** What the host knows of a run between two steps. All of it is JSON. */
export interface HostState {
  sums: { loss: number; correct: number; samples: number }
  metricMemories: number[][]
  history: EpochRecord[]
  best?: Best
  /** Epochs since the best one. */
  waited: number
  scheduleMemory: Record<string, number>
  seconds: number
  /** What computed the run so far, by its name. */
  backend?: string
}

export interface Checkpoint {
  readonly identity: RunIdentity
  readonly engine: EngineState
  readonly host: HostState
  readonly bestParameters?: ParameterValues | undefined
}

export function identityOf(plan: FitPlan): RunIdentity {
  const { network, loss, optimizer, schedule, metrics, classWeights, seed, batchSize, data, shuffle, given } = plan
  const { name, learningRate, hyperparameters } = optimizer
  return {
    network: JSON.stringify(network),
    loss: JSON.stringify({ name: loss.name, ...loss.options }),
    optimizer: JSON.stringify({ name, learningRate, ...hyperparameters }),
    schedule: JSON.stringify({ name: schedule.name, ...schedule.options }),
    regularizer: JSON.stringify(given.regularizer ?? 'none'),
    clip: JSON.stringify(given.clip ?? 'none'),
    classWeights: JSON.stringify(classWeights === undefined ? 'none' : [...classWeights]),
    metrics: JSON.stringify(metrics.map((metric) => metric.name)),
    seed,
    batchSize,
    samples: data.count,
    shuffle: shuffle && data instanceof StreamedDataset ? (data.shuffleBuffer ?? true) : shuffle,
  }
}

/** @throws NablaError E-MODEL with the first thing in which the run differs from the checkpoint's. */
export function checkIdentity(checkpoint: RunIdentity, run: RunIdentity): void {
  for (const field of Object.keys(run) as (keyof RunIdentity)[]) {
    if (checkpoint[field] === run[field]) continue
    throw new NablaError({
      code: 'E-MODEL',
      where: `resume, ${field}`,
      expected: `what the checkpoint was made with: ${showValue(checkpoint[field])}`,
      received: showValue(run[field]),
      fix: 'go on with the same network, loss, optimiser, schedule, penalties, weights, metrics, data, batch size and seed; or start anew from the parameters (initial).',
    })
  }
}

const STATE = 'state:'
const BEST = 'best:'

/** The bytes of a checkpoint. */
export function encodeCheckpoint({ identity, engine, host, bestParameters }: Checkpoint): Uint8Array {
  const tensor = (name: string, data: ParameterArray): StoredTensor =>
    data instanceof Float64Array
      ? { name, shape: [data.length], dtype: 'F64', data }
      : { name, shape: [data.length], dtype: 'F32', data }
  const tensors = [
    ...[...engine.values].map(([name, data]) => tensor(`${STATE}${name}`, data)),
    ...[...(bestParameters ?? [])].map(([name, data]) => tensor(`${BEST}${name}`, data)),
  ]
  const record = stringifyNumbers({ identity, step: engine.step, host })
  return encodeSafetensors(tensors, { schema: CHECKPOINT_SCHEMA, record })
}

function checkpointError(where: string, expected: string, received: string): NablaError {
  const fix = 'use a checkpoint that nabla wrote, of this version.'
  return new NablaError({ code: 'E-MODEL', where, expected, received, fix })
}

function parseRecord(
  text: string | undefined,
  where: string,
): { identity: RunIdentity; step: number; host: HostState } {
  let record: unknown
  try {
    record = JSON.parse(text ?? '')
  } catch {
    throw checkpointError(`${where}, record`, 'JSON', 'text that is none')
  }
  const { identity, step, host } = (record ?? {}) as { identity?: unknown; step?: unknown; host?: unknown }
  const isObject = (value: unknown) => typeof value === 'object' && value !== null
  if (!isObject(identity) || !isObject(host)) throw checkpointError(`${where}, record`, 'identity and host', 'others')
  if (!Number.isSafeInteger(step)) throw checkpointError(`${where}, step`, 'a whole number', showValue(step))
  const { history, sums, metricMemories, scheduleMemory } = host as Partial<HostState>
  if (!Array.isArray(history) || !isObject(sums) || !Array.isArray(metricMemories) || !isObject(scheduleMemory)) {
    throw checkpointError(`${where}, host`, 'history, sums, metricMemories and scheduleMemory', 'others')
  }
  return { identity: identity as RunIdentity, step: step as number, host: readHost(host as HostState) }
}

/** A metric may have the name of a number. */
function readHost(host: HostState): HostState {
  const read = readNumbers(host) as HostState
  return host.best === undefined ? read : { ...read, best: { ...(read.best ?? host.best), metric: host.best.metric } }
}

/**
 * The checkpoint that the bytes hold. Whether it fits the run is found out when the run goes on.
 * @throws NablaError E-DATA for a broken file; E-MODEL for another schema or structure.
 */
export function decodeCheckpoint(bytes: Uint8Array, where = 'checkpoint'): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes, where)
  if (metadata.schema !== CHECKPOINT_SCHEMA) {
    throw checkpointError(`${where}, schema`, `"${CHECKPOINT_SCHEMA}"`, showValue(metadata.schema))
  }
  const { identity, step, host } = parseRecord(metadata.record, where)
  const [values, best] = [new Map<string, ParameterArray>(), new Map<string, ParameterArray>()]
  for (const { name, dtype, data } of tensors) {
    if (dtype !== 'F32' && dtype !== 'F64') throw checkpointError(`${where}, ${name}`, 'F32 or F64', dtype)
    if (name.startsWith(STATE)) values.set(name.slice(STATE.length), data as ParameterArray)
    else if (name.startsWith(BEST)) best.set(name.slice(BEST.length), data as ParameterArray)
    else throw checkpointError(where, `tensors named ${STATE}… and ${BEST}…`, name)
  }
  return { identity, engine: { step, values }, host, bestParameters: best.size === 0 ? undefined : best }
}
