/**
 * The short flags of `nabla train`: each stands for one field of an experiment. From here come the flags, the
 * variables NABLA_…, their help, and "did you mean" for who writes a flag's name as a field.
 */

import { NablaError } from '../shared/index.ts'
import { EXPERIMENT, experimentField } from './fields/index.ts'
import { fieldAt, type Override, overrideFromText } from './overrides.ts'
import { type Entry, Place } from './schema/index.ts'
import { rangeField } from './search/range.ts'

interface Flag {
  /** The field's path. */
  path: string
  /** What follows the flag in the help. */
  value: string
  help?: string
}

const flag = (path: string, value: string, help?: string): Flag => ({ path, value, ...(help && { help }) })

export const FLAGS = {
  layers: flag('network.hidden', 'units'),
  network: flag('network', 'layers', "all layers, such as 'dense(64) batchNorm relu dropout(0.2) dense(outputs)'"),
  activation: flag('network.activation', 'name'),
  dropout: flag('network.dropout', 'share'),
  normalization: flag('network.normalization', 'name'),
  loss: flag('loss', 'name'),
  optimizer: flag('optimizer', 'name'),
  learningRate: flag('optimizer.learningRate', 'number', "the optimizer's own where nothing is said"),
  momentum: flag('optimizer.momentum', 'number', 'for sgd and rmsprop'),
  weightDecay: flag('optimizer.weightDecay', 'number'),
  schedule: flag('schedule', 'name', "the learning rate's course: cosine, or stepDecay,every=10,factor=0.5"),
  l1: flag('regularizer.l1', 'number', 'penalty on the size of weights'),
  l2: flag('regularizer.l2', 'number', 'penalty on the square of weights'),
  clipNorm: flag('clip.norm', 'number'),
  clipValue: flag('clip.value', 'number'),
  epochs: flag('epochs', 'count'),
  batch: flag('batchSize', 'count'),
  validation: flag('validation', 'share'),
  metrics: flag('metrics', 'names', 'further figures of each epoch: f1,rocAuc'),
  classWeights: flag('classWeights', 'weights', 'balanced, or cat=2,dog=1'),
  patience: flag(
    'stopping.patience.epochs',
    'epochs',
    'stops after so many without a better value, and keeps the best',
  ),
  stopAt: flag('stopping.target', 'limit', "stops when it is reached: 'accuracy>0.98'"),
  maxSteps: flag('stopping.steps', 'count'),
  maxSeconds: flag('stopping.seconds', 'seconds'),
  target: flag('data.target', 'column'),
  test: flag('data.test', 'file'),
  scale: flag('scaling', 'how'),
  backend: flag('backend', 'name'),
  threads: flag('threads', 'count'),
  seed: flag('seed', 'count'),
  checkpointSteps: flag('checkpoint.everySteps', 'count'),
  checkpointMinutes: flag('checkpoint.everyMinutes', 'minutes'),
  keepCheckpoints: flag('checkpoint.keep', 'count'),
  out: flag('out', 'folder'),
} satisfies Record<string, Flag>

/** learningRate: "learning-rate" */
const words = (key: string) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
const variableOf = (key: string) => `NABLA_${words(key).replaceAll('-', '_').toUpperCase()}`

function entryOf(path: string): Entry | undefined {
  const keys = path.split('.')
  const last = keys.pop() ?? ''
  const parent = keys.length === 0 ? experimentField : fieldAt(keys.join('.'), '')
  return parent.children?.get(last)
}

/** What a value is where nothing is said, for help. */
function showInitial(initial: unknown): string {
  if (initial === undefined || initial === 'auto') return ''
  if (typeof initial === 'object') return Array.isArray(initial) && initial.length === 0 ? ' (none)' : ''
  return ` (${initial})`
}

/** "--learning-rate <number>" and its help, for each flag. */
export const flagHelp = () => helpOf(FLAGS)

function helpOf(flags: Readonly<Record<string, Flag>>): { flag: string; help: string }[] {
  return Object.entries(flags).map(([key, { path, value, help }]) => {
    const entry = entryOf(path)
    const text = help ?? entry?.help ?? ''
    const names = /^\w+(, \w+)+$/.test(entry?.field.expected ?? '') ? (entry?.field.expected.split(', ') ?? []) : []
    const choices = help === undefined && !names.every((name) => text.includes(name)) ? `: ${names.join(', ')}` : ''
    return { flag: `--${words(key)} <${value}>`, help: `${text}${choices}${showInitial(entry?.initial)}` }
  })
}

/** What a name that is no field is a flag for: "batch" is batchSize. */
export function pathOfFlag(name: string): string | undefined {
  const flags: Readonly<Record<string, Flag>> = FLAGS
  return Object.hasOwn(flags, name) ? flags[name]?.path : undefined
}

/** The flag that sets a field; --set for one that has none of its own. */
export function flagOfPath(path: string): string {
  if (path === 'data') return 'nabla train DATA'
  if (path === 'search' || path === 'search.vary') return "--vary 'FIELD=RANGE'"
  const found = Object.entries(FLAGS as Record<string, Flag>).find(([, each]) => each.path === path)
  return found === undefined ? `--set ${path}=…` : `--${words(found[0])} <${found[1].value}>`
}

type Texts = Readonly<Record<string, unknown>>

/**
 * What flags and variables set: short ones and "--set path=value". Flags beat variables.
 * @throws NablaError E-USAGE for a --set without "=", E-NAME for a field that there is not.
 */
export function overridesOf(flags: Texts, env: Readonly<Record<string, string | undefined>>): Override[] {
  const short = Object.entries(FLAGS as Record<string, Flag>).flatMap(([key, { path }]): Override[] => {
    const variable = variableOf(key)
    const [text, said] = [flags[key], env[variable]]
    return [
      ...(said === undefined || said === '' ? [] : [overrideFromText(path, said, variable, 0)]),
      ...(typeof text === 'string' ? [overrideFromText(path, text, `--${words(key)}`, 1)] : []),
    ]
  })
  const set = Array.isArray(flags.set) ? flags.set : []
  return [...short, ...set.map((each, index) => overrideOfSet(String(each), 2 + index))]
}

/** "optimizer.learningRate=0.01" */
export function overrideOfSet(text: string, rank: number): Override {
  const at = text.indexOf('=')
  const path = (at < 0 ? text : text.slice(0, at)).trim()
  const origin = `--set ${path}`
  fieldAt(path, origin)
  if (at >= 0) return overrideFromText(path, text.slice(at + 1), '--set', rank)
  throw new NablaError({
    code: 'E-USAGE',
    where: origin,
    expected: 'a field and its value',
    received: 'no "="',
    fix: `write --set ${path}=VALUE.`,
  })
}

const SEARCH_FLAGS: Readonly<Record<string, Flag>> = {
  trials: flag('search.trials', 'count'),
  metric: flag('search.metric', 'name'),
  jobs: flag('search.jobs', 'count'),
  searchSeed: flag('search.seed', 'count'),
}

/** What `nabla search` has beside the flags of `nabla train`. */
export const searchFlagHelp = () => helpOf(SEARCH_FLAGS)

/**
 * What the flags of `nabla search` set: those of `nabla train` and its own.
 * @throws NablaError as `overridesOf`; E-USAGE for a --vary without "=".
 */
export function searchOverridesOf(flags: Texts, env: Readonly<Record<string, string | undefined>>): Override[] {
  const own = Object.entries(SEARCH_FLAGS).flatMap(([key, { path }]) => {
    const text = flags[key]
    return typeof text === 'string' ? [overrideFromText(path, text, `--${words(key)}`, 1)] : []
  })
  const vary = Array.isArray(flags.vary) ? flags.vary : []
  return [...overridesOf(flags, env), ...own, ...vary.map((each) => overrideOfVary(String(each)))]
}

/** "optimizer.learningRate=logUniform(1e-4, 1e-1)" */
function overrideOfVary(text: string): Override {
  const at = text.indexOf('=')
  const path = (at < 0 ? text : text.slice(0, at)).trim()
  fieldAt(path, `--vary ${path}`)
  if (at < 0) {
    throw new NablaError({
      code: 'E-USAGE',
      where: `--vary ${path}`,
      expected: 'a field and its range',
      received: 'no "="',
      fix: `write --vary '${path}=grid(1, 2)', or uniform, logUniform, integer, choice.`,
    })
  }
  const keys = ['search', 'vary', path]
  const place = new Place(keys.join('.'), { originOf: () => '--vary' })
  return { path: keys.join('.'), keys, value: rangeField.parse(text.slice(at + 1), place), origin: '--vary', rank: 1 }
}

/** Every field with what it takes, for `nabla train --fields`. */
export interface FieldHelp {
  path: string
  takes: string
  initial: unknown
  help: string
}

export function allFields(): FieldHelp[] {
  const walk = (entries: ReadonlyMap<string, Entry>, prefix: string): FieldHelp[] =>
    [...entries].flatMap(([name, { field, initial, help }]) => [
      { path: `${prefix}${name}`, takes: field.expected, initial, help },
      ...(field.children === undefined ? [] : walk(field.children, `${prefix}${name}.`)),
    ])
  return walk(new Map(Object.entries(EXPERIMENT)), '')
}
