/**
 * Everything that `nabla train` can be told, in one table: its flag, what it means, what holds where nothing is said,
 * and how it is read. From the table come the flags, the variables NABLA_…, the fields of a settings file, and the
 * resolved settings that are saved with a run. Flags beat variables, variables beat the file.
 */

import type { Command } from 'commander'
import { backendNames } from '../backend/index.ts'
import { type Clipping, lossNames, optimizerNames, type Regularizer } from '../network/index.ts'
import { NablaError, unknownName } from '../shared/index.ts'
import type { Environment } from './io.ts'
import {
  numberWithin,
  oneOf,
  optional,
  type Reader,
  readBatch,
  readShare,
  readText,
  readUnits,
} from './read-setting.ts'

/** What a hidden layer's activation may be. */
const ACTIVATIONS = ['relu', 'leakyRelu', 'elu', 'gelu', 'silu', 'softplus', 'sigmoid', 'tanh', 'sine', 'identity']

export const readBackendName = oneOf('backend', backendNames)

const SCALINGS = ['standardise', 'minMax', 'none'] as const

interface Setting<T> {
  /** What follows the flag in the help. */
  value: string
  help: string
  /** Where nothing is said; absent: it depends, or nothing. */
  initial?: string
  read: Reader<T>
}

const positive = { least: 0, open: 'least' } as const
const notNegative = { least: 0 } as const
const share = { least: 0, most: 1, open: 'most' } as const
const count = { least: 1, whole: true } as const

const setting = <T>(value: string, help: string, read: Reader<T>, initial?: string): Setting<T> => ({
  value,
  help,
  read,
  ...(initial === undefined ? {} : { initial }),
})

const SETTINGS = {
  layers: setting('units', 'units of the hidden layers, "300,75", or none', readUnits, '64'),
  activation: setting(
    'name',
    `after each hidden layer: ${ACTIVATIONS.join(', ')}`,
    oneOf('activation', ACTIVATIONS),
    'relu',
  ),
  dropout: setting('share', 'of each hidden layer, dropped while training', numberWithin(share), '0'),
  loss: setting('name', `${lossNames.join(', ')}; by the kind of target`, optional(oneOf('loss', lossNames))),
  optimizer: setting('name', optimizerNames.join(', '), oneOf('optimizer', optimizerNames), 'adam'),
  learningRate: setting(
    'number',
    "the optimiser's own where nothing is said",
    optional(numberWithin(positive, 'give a positive number, such as 0.001.')),
  ),
  momentum: setting('number', 'for sgd and rmsprop', optional(numberWithin(share))),
  weightDecay: setting('number', "the optimiser's weight decay", optional(numberWithin(notNegative))),
  l1: setting('number', 'penalty on the size of weights', numberWithin(notNegative), '0'),
  l2: setting('number', 'penalty on the square of weights', numberWithin(notNegative), '0'),
  clipNorm: setting('number', 'most that the norm of all gradients may be', optional(numberWithin(positive))),
  clipValue: setting('number', 'most that any gradient may be', optional(numberWithin(positive))),
  epochs: setting('count', 'times through the training data', numberWithin(count), '10'),
  batch: setting('count', 'samples in a step, or all', readBatch, '32'),
  validation: setting('share', 'of the training data, kept apart to judge by, or none', readShare, '0.1'),
  target: setting('column', 'the CSV column to predict', optional(readText)),
  test: setting('file', 'a CSV file to test on at the end', optional(readText)),
  scale: setting(
    'how',
    'of the inputs: standardise, minMax, none; standardise for CSV',
    optional(oneOf('scaling', SCALINGS)),
  ),
  backend: setting('name', backendNames.join(', '), readBackendName, 'wasm'),
  seed: setting('count', 'decides weights, order and splits', numberWithin({ least: 0, whole: true }), '0'),
  out: setting(
    'folder',
    'where the run is saved; runs/NAME-1, runs/NAME-2, … where nothing is said',
    optional(readText),
  ),
}

type Settings = typeof SETTINGS
export type TrainSettings = { [Key in keyof Settings]: ReturnType<Settings[Key]['read']> }
const KEYS = Object.keys(SETTINGS) as (keyof Settings)[]

/** learningRate: "--learning-rate", "NABLA_LEARNING_RATE". */
const words = (key: string) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
export const flagOf = (key: string): string => `--${words(key)}`
const variableOf = (key: string) => `NABLA_${words(key).replaceAll('-', '_').toUpperCase()}`

export function addTrainOptions(command: Command): void {
  for (const key of KEYS) {
    const { value, help, initial } = SETTINGS[key]
    command.option(`${flagOf(key)} <${value}>`, initial === undefined ? help : `${help} (${initial})`)
  }
}

/** Settings by name from a file, and what the file is called. */
export interface SettingsFile {
  path: string
  settings: Readonly<Record<string, unknown>>
}

/** A value as it was given, and by what. */
export interface Given {
  value: unknown
  where: string
}

/** What was given for a setting: by flag, else variable, else file. */
function givenFor(
  key: string,
  flags: Readonly<Record<string, unknown>>,
  env: Environment,
  file: SettingsFile | undefined,
): Given | undefined {
  if (flags[key] !== undefined) return { value: flags[key], where: flagOf(key) }
  const variable = variableOf(key)
  if (env[variable] !== undefined && env[variable] !== '') return { value: env[variable], where: variable }
  if (file !== undefined && Object.hasOwn(file.settings, key)) {
    return { value: file.settings[key], where: `${file.path}, ${key}` }
  }
  return undefined
}

export interface ResolvedSettings {
  settings: TrainSettings
  /** What a setting was given by, for messages: "--epochs". */
  whereOf(key: keyof TrainSettings): string
}

/** @throws NablaError E-VALUE, E-NAME with the flag, variable or field that holds what is wrong. */
export function resolveSettings(
  flags: Readonly<Record<string, unknown>>,
  env: Environment,
  file?: SettingsFile,
): ResolvedSettings {
  for (const name of Object.keys(file?.settings ?? {})) {
    if (!Object.hasOwn(SETTINGS, name)) throw unknownName(file?.path ?? 'settings', 'setting', name, KEYS)
  }
  const places = new Map<string, string>()
  const entries = KEYS.map((key) => {
    const { read, initial } = SETTINGS[key]
    const given = givenFor(key, flags, env, file)
    places.set(key, given?.where ?? flagOf(key))
    return [key, read(given?.value ?? initial, given?.where ?? flagOf(key))]
  })
  const settings = Object.fromEntries(entries) as TrainSettings
  checkTogether(settings)
  return { settings, whereOf: (key) => places.get(key) ?? flagOf(key) }
}

function checkTogether({ clipNorm, clipValue }: TrainSettings): void {
  if (clipNorm === undefined || clipValue === undefined) return
  throw new NablaError({
    code: 'E-USAGE',
    where: '--clip-norm and --clip-value',
    expected: 'one of them',
    received: 'both',
    fix: 'leave one out.',
  })
}

/** The penalty that was asked for, on weights and not on biases. */
export function regularizerOf({ l1, l2 }: TrainSettings): Regularizer | undefined {
  return l1 === 0 && l2 === 0 ? undefined : { l1, l2, biases: false }
}

export function clippingOf({ clipNorm, clipValue }: TrainSettings): Clipping | undefined {
  if (clipNorm !== undefined) return { norm: clipNorm }
  return clipValue === undefined ? undefined : { value: clipValue }
}
