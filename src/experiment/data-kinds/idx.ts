/** Images and labels in two IDX files, the format of MNIST. */

import { readIdxDataset, streamIdx } from '../../data/node.ts'
import { optional, type ReadObject, required, text } from '../schema/index.ts'
import { dataKind, type Samples } from './kind.ts'
import { nameOf } from './name-of.ts'
import { noteOf, streamEntry, streamsFile } from './stream-field.ts'

const file = text('the path of an IDX file')

export const IDX_ENTRIES = {
  images: required(file, 'the images to train on'),
  labels: required(file, 'their labels'),
  testImages: optional(file, 'images to test on at the end'),
  testLabels: optional(file, 'their labels'),
  stream: streamEntry,
}

type IdxConfig = ReadObject<typeof IDX_ENTRIES>

async function open(
  images: string,
  labels: string,
  { stream }: IdxConfig,
  names?: readonly string[],
): Promise<Samples> {
  const options = names === undefined ? {} : { classNames: names }
  return (await streamsFile(images, stream))
    ? streamIdx(images, labels, options)
    : readIdxDataset(images, labels, options)
}

async function testOf(config: IdxConfig, names: readonly string[] | undefined): Promise<Samples | undefined> {
  const { testImages, testLabels } = config
  return testImages === undefined || testLabels === undefined ? undefined : open(testImages, testLabels, config, names)
}

export const idx = dataKind({
  kind: 'idx',
  help: 'images and labels in two IDX files',
  short: 'IDX files (--set data.kind=idx)',
  samples: 'images',
  entries: IDX_ENTRIES,
  load: async (config, place) => {
    const train = await place.reading(() => open(config.images, config.labels, config))
    const test = await place.reading(() => testOf(config, train.classNames))
    const notes = noteOf(train)
    return { name: nameOf(config.images), samples: 'images', train, test, scaling: 'none', notes }
  },
  loadTest: async (config, { classNames }) => testOf(config, classNames),
})
