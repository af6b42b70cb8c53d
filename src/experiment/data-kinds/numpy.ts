/** NumPy's files: arrays of an npz archive by name, or an npy file each. */

import { existsSync } from 'node:fs'
import { type NpySource, namesInNpz, npzTargets, streamNpy } from '../../data/node.ts'
import { NablaError, unknownName } from '../../shared/index.ts'
import { number, optional, type Place, type ReadObject, required, text } from '../schema/index.ts'
import { dataKind, type SavedEncoding } from './kind.ts'
import { nameOf } from './name-of.ts'
import { loadUnlessLarge, noteOf, streamEntry } from './stream-field.ts'

const file = text('the path of an npz or npy file')

export const NUMPY_ENTRIES = {
  path: required(file, 'an npz file with all arrays, or an npy file with the inputs'),
  inputs: optional(text("an array's name"), 'the array of inputs in an npz file; the one that is no target'),
  target: optional(text("an array's name, or the path of an npy file"), 'what to predict; y where nothing is said'),
  testTarget: optional(text('the path of an npy file'), 'what to predict of the test, where it is an npy file'),
  test: optional(file, 'a file to test on at the end, with the same arrays'),
  scale: optional(number(), 'what inputs are multiplied by, such as 0.00392 for bytes'),
  stream: streamEntry,
}

type NumpyConfig = ReadObject<typeof NUMPY_ENTRIES>

function problem(where: string, expected: string, received: string, fix: string): NablaError {
  return new NablaError({ code: 'E-USAGE', where, expected, received, fix })
}

/** Which arrays are meant. */
async function sourcesOf(path: string, { inputs, target }: Pick<NumpyConfig, 'inputs' | 'target'>) {
  if (!/\.npz$/i.test(path)) {
    const usual = path.replace(/x(?=\.npy$)/i, (letter) => (letter === 'X' ? 'Y' : 'y'))
    const found = target ?? [usual, usual.replace(/Y(?=\.npy$)/, 'y')].find((each) => each !== path && existsSync(each))
    if (found !== undefined) return { inputs: path, targets: found }
    throw problem(path, 'an npy file with what to predict', 'none', 'write --target y.npy.')
  }
  const names = await namesInNpz(path)
  const wanted = target ?? 'y'
  if (!names.includes(wanted)) {
    if (target !== undefined) throw unknownName(`${path}, target`, 'array', target, names)
    throw problem(path, 'an array to predict, named y', `arrays ${names.join(', ')}`, 'name it with --target NAME.')
  }
  const others = names.filter((name) => name !== wanted)
  const chosen =
    inputs ?? (others.length === 1 ? others[0] : ['X', 'x', 'inputs'].find((name) => others.includes(name)))
  if (chosen === undefined) {
    const fix = 'name it with --set data.inputs=NAME.'
    throw problem(path, 'one array of inputs', `arrays ${others.join(', ')}`, fix)
  }
  const member = (array: string): NpySource => ({ npz: path, array })
  return { inputs: member(chosen), targets: member(wanted) }
}

async function open(path: string, config: NumpyConfig, classNames?: readonly string[]) {
  const { inputs, targets } = await sourcesOf(path, config)
  const { scale, stream } = config
  const kind = await npzTargets(targets)
  const classes = kind.labels !== undefined && classNames !== undefined ? { classNames } : {}
  const scaled = scale === undefined ? {} : { scale }
  const data = await streamNpy({ name: path, inputs, ...kind, ...classes, ...scaled, unpack: stream !== true })
  return loadUnlessLarge(data, stream, 4)
}

/** A test set that is an npy file has its targets in another. */
function forTest(config: NumpyConfig, path: string): NumpyConfig {
  const isArchive = /\.npz$/i.test(path)
  return { ...config, ...(isArchive ? {} : { target: config.testTarget }) } as NumpyConfig
}

async function load(config: NumpyConfig, place: Place) {
  const { path, test } = config
  const train = await place.child('path').reading(() => open(path, config))
  return {
    name: nameOf(path),
    samples: 'samples',
    train,
    test:
      test === undefined
        ? undefined
        : await place.child('test').reading(() => open(test, forTest(config, test), train.classNames)),
    scaling: 'standardise' as const,
    notes: [`${train.describe()}.`, ...noteOf(train)],
  }
}

export const numpy = dataKind({
  kind: 'numpy',
  help: 'arrays of an npz file, or npy files',
  short: 'an npz or npy file',
  samples: 'samples',
  entries: NUMPY_ENTRIES,
  fromText: (given) => (/\.np[yz]$/i.test(given) ? { path: given } : undefined),
  load,
  loadTest: async (config, { classNames }: SavedEncoding, given) => {
    const path = given ?? config.test
    return path === undefined ? undefined : open(path, forTest(config, path), classNames)
  },
})
