/**
 * What is said of every mistake in a configuration. The messages are in errors.golden.txt, to be read as a whole: each
 * names the field and what gave it, what was expected, what came, and what to do.
 */

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dataset } from '../data/index.ts'
import { adam, dense, network, sigmoid, softmax } from '../network/index.ts'
import { NablaError } from '../shared/index.ts'
import { loadExperiment } from './files/load-experiment.ts'
import { overridesOf, searchOverridesOf } from './flags.ts'
import { resolveExperiment } from './resolve.ts'
import { prepareJob } from './run/job.ts'
import { trainJob } from './run/train.ts'
import { beginSearch, resumeSearch } from './search/search.ts'

type Texts = Readonly<Record<string, unknown>>

const home = process.cwd()
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nabla-errors-'))
  process.chdir(folder)
  const rows = Array.from({ length: 40 }, (_, i) => `${i % 7},${(i * 5) % 11},${['rose', 'tulip', 'lily'][i % 3]}`)
  writeFileSync('flowers.csv', ['length,width,species', ...rows].join('\n'))
  writeFileSync('gap.csv', 'length,species\n1,rose\n,tulip\n')
  writeFileSync('header.csv', 'length,species\n')
  writeFileSync('empty.csv', '')
  writeFileSync('broken.json', '{"data": "mnist",}')
  writeFileSync('list.json', '[1, 2]')
  writeFileSync('other.json', '{"schema": "nabla.run/1", "settings": {}}')
  writeFileSync('lost.json', '{"schema": "nabla.run/2", "experiment": {"data": "mnist", "loss": {"code": "loss"}}}')
  writeFileSync('nothing.ts', 'export const experiment = {}\n')
  writeFileSync('number.ts', 'export default 3\n')
  writeFileSync('syntax.ts', 'export default {\n  epochs: 3,,\n}\n')
  writeFileSync('throws.ts', "throw new TypeError('no such thing')\n")
  writeFileSync('imports.ts', "import { adm } from './gone.ts'\nexport default { optimizer: adm() }\n")
  writeFileSync('refused.ts', "import { adam } from 'nabla'\nexport default { data: 'mnist', optimizer: adam(-1) }\n")
  mkdirSync('folder')
})

afterAll(() => {
  process.chdir(home)
  rmSync(folder, { recursive: true, force: true })
})

const flowers = { kind: 'csv', path: 'flowers.csv', target: 'species' }
/** A number to predict. */
const widths = { kind: 'csv', path: 'flowers.csv', target: 'width' }
const two = dataset({ name: 'two', inputs: [[0], [1], [2], [3]], labels: ['no', 'yes', 'yes', 'no'] })

/** Trains what the object says. */
const of = (fields: Texts, data: unknown = flowers) => run({ data, backend: 'reference', epochs: 1, ...fields })
/** Trains by flags alone; `set` is a list. */
const flags = (texts: Texts, env = {}) => run({ data: flowers, backend: 'reference', epochs: 1 }, texts, env)

async function run(value: unknown, texts: Texts = {}, env: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const resolved = resolveExperiment({ value, origin: 'experiment.ts' }, overridesOf(texts, env))
  return trainJob(await prepareJob(resolved))
}

const search = (fields: Texts, texts: Texts = {}) =>
  beginSearch({ value: { data: flowers, search: fields } }, { overrides: searchOverridesOf(texts, {}) })

const file = async (path: string) => resolveExperiment(await loadExperiment(path))

const CASES: Readonly<Record<string, Readonly<Record<string, () => Promise<unknown>>>>> = {
  'the experiment': {
    'an unknown field': () => of({ epoch: 3 }),
    'a field that resembles none': () => of({ colour: 'red' }),
    "a flag's name as a field": () => of({ batch: 16 }),
    'a hidden layer in the wrong place': () => of({ layers: [64] }),
    'no data': () => run({ epochs: 3 }),
    'a list': () => run([1, 2]),
  },
  data: {
    'an unknown name': () => of({}, 'nmist'),
    'a file of no known kind': () => of({}, 'flowers.xyz'),
    'an unknown kind': () => of({}, { kind: 'cvs', path: 'flowers.csv' }),
    'no kind': () => of({}, { path: 'flowers.csv' }),
    'a number': () => of({}, 5),
    'CSV without a target': () => of({}, 'flowers.csv'),
    'CSV without a path': () => of({}, { kind: 'csv', target: 'species' }),
    'an unknown field of CSV': () => of({}, { ...flowers, taget: 'species' }),
    'a column that there is not': () => of({}, { ...flowers, target: 'spices' }),
    'a column to ignore that there is not': () => of({}, { ...flowers, ignore: ['colour'] }),
    'a column type that there is not': () => of({}, { ...flowers, types: { width: 'number' } }),
    'a way to treat gaps that there is not': () => of({}, { ...flowers, missing: 'skip' }),
    'a gap': () => of({}, { ...flowers, path: 'gap.csv' }),
    'a file that is not there': () => of({}, { ...flowers, path: 'nowhere.csv' }),
    'a folder': () => of({}, { ...flowers, path: 'folder' }),
    'an empty file': () => of({}, { ...flowers, path: 'empty.csv' }),
    'a header and no rows': () => of({}, { ...flowers, path: 'header.csv' }),
    'a test file that is not there': () => of({}, { ...flowers, test: 'nowhere.csv' }),
    'code that makes no data': () => of({}, () => 5),
    'two validation parts': () => of({ validation: 0.2 }, { train: two, validation: two }),
  },
  network: {
    'no units': () => of({ network: { hidden: [0] } }),
    'half a unit': () => of({ network: { hidden: [8, 2.5] } }),
    'units that are no list': () => of({ network: { hidden: 64 } }),
    'an unknown activation': () => of({ network: { activation: 'rleu' } }),
    'dropping everything': () => of({ network: { dropout: 1 } }),
    'an unknown normalization': () => of({ network: { normalization: 'bacth' } }),
    'layers and hidden layers': () => of({ network: { hidden: [8], layers: ['relu'] } }),
    'no layers': () => of({ network: { layers: [] } }),
    'an unknown layer': () => of({ network: { layers: [{ kind: 'dens', units: 3 }] } }),
    'an option that a layer lacks': () => of({ network: { layers: [{ kind: 'dense', units: 3, bais: true }] } }),
    'a layer without its units': () => of({ network: { layers: ['dense'] } }),
    'a number for a layer': () => of({ network: { layers: [64] } }),
    'too few outputs': () => of({ network: { layers: [{ kind: 'dense', units: 2 }] } }),
    'another input': () => of({ network: network({ input: [5] }, dense(3)) }),
    'code that makes none': () => of({ network: () => dense(3) }),
    'softmax over one unit': () => of({ network: [dense(1), softmax()] }),
    'a batch of one for batch normalisation': () => of({ network: { normalization: 'batch' }, batchSize: 5 }),
  },
  loss: {
    'an unknown name': () => of({ loss: 'crossentropy' }),
    'an option that it lacks': () => of({ loss: { name: 'mae', half: true } }),
    'a number out of range': () => of({ loss: { name: 'huber', delta: 0 } }),
    'one of numbers, for classes': () => of({ loss: 'mse' }),
    'one of classes, for numbers': () => of({ loss: 'crossEntropy' }, widths),
    'one of probabilities, for numbers': () => of({ loss: 'binaryCrossEntropy' }, widths),
    'one of classes, for one output': () => of({ loss: 'crossEntropy', network: [dense(1)] }, two),
    'one that does not go with the last layer': () => of({ loss: 'crossEntropy', network: [dense(3), sigmoid()] }),
    'a last layer that reaches no target': () => of({ network: [dense(1), sigmoid()], loss: 'mse' }, widths),
    'a number': () => of({ loss: 1 }),
  },
  optimizer: {
    'an unknown name': () => of({ optimizer: 'adma' }),
    'no name': () => of({ optimizer: { learningRate: 0.1 } }),
    'a number': () => of({ optimizer: 0.1 }),
    'a learning rate below 0': () => of({ optimizer: { name: 'sgd', learningRate: -0.1 } }),
    'a learning rate of 0': () => of({ optimizer: { name: 'sgd', learningRate: 0 } }),
    'a learning rate that is text': () => of({ optimizer: { name: 'sgd', learningRate: 'fast' } }),
    'an option of another one': () => of({ optimizer: { name: 'adam', momentum: 0.9 } }),
    'an option misspelt': () => of({ optimizer: { name: 'adam', bata1: 0.9 } }),
    'a share of 1': () => of({ optimizer: { name: 'adam', beta1: 1 } }),
    'looking ahead without momentum': () => of({ optimizer: { name: 'sgd', nesterov: true } }),
    'text for a flag': () => of({ optimizer: { name: 'sgd', momentum: 0.9, nesterov: 'yes' } }),
  },
  schedule: {
    'an unknown name': () => of({ schedule: 'cosin' }),
    'what it can not do without': () => of({ schedule: 'epochDecay' }),
    'two ways at once': () => of({ schedule: { name: 'stepDecay', every: 3, at: [5] } }),
    neither: () => of({ schedule: 'stepDecay' }),
    'a factor above 1': () => of({ schedule: { name: 'cosine', floor: 2 } }),
    'an option of another one': () => of({ schedule: { name: 'cosine', every: 2 } }),
    'a schedule within': () => of({ schedule: { name: 'warmup', steps: 5, after: 'cosin' } }),
    'a metric that there is not': () => of({ schedule: { name: 'plateau', metric: 'validationF1' } }),
  },
  training: {
    'no epochs': () => of({ epochs: 0 }),
    'half an epoch': () => of({ epochs: 2.5 }),
    'epochs as text': () => of({ epochs: '10' }),
    'epochs without end': () => of({ epochs: Number.POSITIVE_INFINITY }),
    'an empty batch': () => of({ batchSize: 0 }),
    'a batch in words': () => of({ batchSize: 'some' }),
    'a batch larger than the data': () => of({ batchSize: 128 }),
    'all data kept apart': () => of({ validation: 1 }),
    'less than nothing kept apart': () => of({ validation: -0.1 }),
    'so little kept apart that it is nothing': () => of({ validation: 0.01 }),
    'a share in words': () => of({ validation: 'half' }),
    'an unknown scaling': () => of({ scaling: 'minmax' }),
    'a penalty below 0': () => of({ regularizer: { l2: -1 } }),
    'an unknown penalty': () => of({ regularizer: { l3: 1 } }),
    'both limits of gradients': () => of({ clip: { norm: 1, value: 1 } }),
    'no limit of gradients': () => of({ clip: {} }),
    'a limit of 0': () => of({ clip: { norm: 0 } }),
    'an unknown metric': () => of({ metrics: ['f1', 'recal'] }),
    'a number for a metric': () => of({ metrics: [1] }),
    'a metric of classes, for numbers': () => of({ metrics: ['f1'] }, widths),
    'an unknown way of weighting': () => of({ classWeights: 'balance' }),
    'too few class weights': () => of({ classWeights: [1, 2] }),
    'a class weight below 0': () => of({ classWeights: { rose: -1 } }),
    'a class that there is not': () => of({ classWeights: { rsoe: 2 } }),
    'class weights, for numbers': () => of({ classWeights: 'balanced' }, widths),
    'text for a flag': () => of({ shuffle: 'yes' }),
    'a seed below 0': () => of({ seed: -1 }),
    'an unknown backend': () => of({ backend: 'wsam' }),
    'checkpoints at every step of none': () => of({ checkpoint: { everySteps: 0 } }),
    'no checkpoint kept': () => of({ checkpoint: { keep: 0 } }),
    'checkpoints in words': () => of({ checkpoint: 'often' }),
    'an empty name of a folder': () => of({ out: '' }),
    'a folder that holds something': () => of({ out: '.' }),
  },
  stopping: {
    'an unknown field': () => of({ stopping: { patince: 3 } }),
    'no steps': () => of({ stopping: { steps: 0 } }),
    'no time': () => of({ stopping: { seconds: 0 } }),
    'no patience': () => of({ stopping: { patience: 0 } }),
    'patience below 0': () => of({ stopping: { patience: -3 } }),
    'patience with a metric that there is not': () => of({ stopping: { patience: { epochs: 3, metric: 'f1' } } }),
    'a target without a metric': () => of({ stopping: { target: { below: 1 } } }),
    'a target on a metric that there is not': () => of({ stopping: { target: { metric: 'acuracy', above: 0.9 } } }),
    'a target without a limit': () => of({ stopping: { target: { metric: 'loss' } } }),
    'a target with two limits': () => of({ stopping: { target: { metric: 'loss', above: 1, below: 2 } } }),
    'a limit that is text': () => of({ stopping: { target: { metric: 'loss', below: 'low' } } }),
    'a target on validation that there is none of': () =>
      of({ validation: 'none', stopping: { target: { metric: 'validationLoss', below: 0.1 } } }),
  },
  'flags and variables': {
    'a number that is none': () => flags({ learningRate: 'fast' }),
    'a number that is none, by a variable': () => flags({}, { NABLA_LEARNING_RATE: 'fast' }),
    'an unknown name': () => flags({ optimizer: 'adma' }),
    'a flag that another one rules out': () => flags({ clipNorm: '1', clipValue: '1' }),
    'a flag for another optimizer': () => flags({ momentum: '0.9' }),
    'an option within a flag': () => flags({ schedule: 'stepDecay,evry=10' }),
    'a flag for other data': () => run({ data: 'mnist' }, { target: 'digit' }),
    'a limit that is none': () => flags({ stopAt: 'accuracy=0.9' }),
    'layers that are none': () => flags({ network: 'dense(8) rleu dense(outputs)' }),
    'units that are none': () => flags({ layers: '300,x' }),
    '--set without a value': () => flags({ set: ['epochs'] }),
    '--set of a field that there is not': () => flags({ set: ['optimiser.learningRate=1'] }),
    '--set of a field within that there is not': () => flags({ set: ['optimizer.learningrate=1'] }),
    '--set below a number': () => flags({ set: ['epochs.first=1'] }),
    '--set of broken JSON': () => flags({ set: ['optimizer={"name": "adam"'] }),
    '--set beyond a list': () => run({ data: flowers, network: [dense(3)] }, { set: ['network.layers.4.units=1'] }),
    '--set within code': () => run({ data: two, network: () => network({ input: [1] }, dense(2)) }, { layers: '8' }),
    '--set over what code made': () => run({ data: flowers, optimizer: adam(0.1) }, { set: ['optimizer.beta1=7'] }),
  },
  search: {
    'nothing to vary': () => search({}),
    'a field that there is not': () => search({ vary: { 'optimizer.learningRat': [1, 2] } }),
    'the folder': () => search({ vary: { out: ['a', 'b'] } }),
    'an unknown range': () => search({ vary: { epochs: { uniforn: [1, 2] } } }),
    'two ranges at once': () => search({ vary: { epochs: { uniform: [1, 2], grid: [1] } } }),
    'a range that is none': () => search({ vary: { epochs: 5 } }),
    'ends the wrong way round': () => search({ vary: { seed: { uniform: [2, 1] } } }),
    'a logarithm of 0': () => search({ vary: { seed: { logUniform: [0, 1] } } }),
    'whole numbers that are not': () => search({ vary: { seed: { integer: [0, 1.5] } } }),
    'no value to choose': () => search({ vary: { seed: { choice: [] } } }),
    'more trials than a grid has': () => search({ vary: { seed: [1, 2] }, trials: 3 }),
    'no trials': () => search({ vary: { seed: [1, 2] }, trials: 0 }),
    'no jobs': () => search({ vary: { seed: [1, 2] }, jobs: 0 }),
    'a metric that no run has': () => search({ vary: { seed: [1, 2] }, metric: 'f1' }),
    'code without a file': () => beginSearch({ value: { data: two, search: { vary: { seed: [1, 2] } } } }),
    '--vary without a range': () => search({}, { vary: ['epochs'] }),
    '--vary of a field that there is not': () => search({}, { vary: ['epoch=grid(1)'] }),
    'a folder that holds none': () => resumeSearch('folder'),
  },
  files: {
    'no such file': () => file('nowhere.ts'),
    'no such JSON file': () => file('nowhere.json'),
    'JSON that is broken': () => file('broken.json'),
    'a list': () => file('list.json'),
    'a run of another version': () => file('other.json'),
    'a run whose code is lost': () => file('lost.json'),
    'no default export': () => file('nothing.ts'),
    'a number as the default export': () => file('number.ts'),
    'a mistake in the syntax': () => file('syntax.ts'),
    'code that throws': () => file('throws.ts'),
    'an import of what is not there': () => file('imports.ts'),
    'a mistake that nabla finds': () => file('refused.ts'),
  },
}

/** The problem that `action` ends with, as the command line shows it. */
async function problemOf(action: () => Promise<unknown>): Promise<string> {
  try {
    await action()
  } catch (error) {
    if (!(error instanceof NablaError)) throw error
    const { code, where, expected, received, fix } = error
    return `    ${code}: ${where}\n      expected  ${expected}\n      received  ${received}\n      fix       ${fix}\n`
  }
  throw new Error('nothing was wrong')
}

test('every mistake is said as it is written in errors.golden.txt', async () => {
  const parts: string[] = []
  for (const [about, cases] of Object.entries(CASES)) {
    parts.push(`${about}\n${'='.repeat(about.length)}\n`)
    for (const [title, action] of Object.entries(cases)) {
      const problem = await problemOf(async () => action()).catch((error: unknown) => {
        throw new Error(`${about}, ${title}: ${error}`, { cause: error })
      })
      parts.push(`${title}\n${problem}`)
    }
  }
  const text = parts.join('\n').replaceAll(folder, '<folder>')
  await expect(text).toMatchFileSnapshot('errors.golden.txt')
  // What is refused leaves nothing behind.
  expect(readdirSync('.')).not.toContain('runs')
}, 120_000)
