/** A folder of pictures by class: `folder/class/*.png|jpg|jpeg`. */

import { statSync } from 'node:fs'
import { type ImageFolderOptions, streamImageFolder } from '../../data/node.ts'
import type { Shape } from '../../shared/index.ts'
import { count, list, number, optional, type Place, type ReadObject, required, text } from '../schema/index.ts'
import { dataKind } from './kind.ts'
import { nameOf } from './name-of.ts'
import { loadUnlessLarge, noteOf, streamEntry } from './stream-field.ts'

const folder = text('the path of a folder with a folder for each class')

export const IMAGES_ENTRIES = {
  path: required(folder, 'the folder to train on'),
  validation: optional(folder, 'a folder to judge by, in place of a share of the first'),
  test: optional(folder, 'a folder to test on at the end'),
  size: optional(list(count, 'height, width'), 'every picture is resized to it'),
  channels: optional(number({ least: 1, most: 3, whole: true }), '1 for grey, 3 for colour; by the pictures'),
  stream: streamEntry,
}

type ImagesConfig = ReadObject<typeof IMAGES_ENTRIES>

/** What the pictures of another folder have to be made to. */
function like(shape: Shape, classNames: readonly string[] | undefined): ImageFolderOptions {
  const [height = 1, width = 1, channels] = shape
  return { size: [height, width], channels: channels === 3 ? 3 : 1, ...(classNames && { classNames }) }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

async function load(config: ImagesConfig, place: Place) {
  const { path, size, channels, stream } = config
  const options = { ...(size && { size: size as [number, number] }), ...(channels && { channels: channels as 1 | 3 }) }
  const train = await place.child('path').reading(() => streamImageFolder(path, options))
  const open = async (name: 'validation' | 'test') => {
    const other = config[name]
    if (other === undefined) return undefined
    const same = like(train.inputShape, train.classNames)
    return loadUnlessLarge(await place.child(name).reading(() => streamImageFolder(other, same)), stream, 1)
  }
  const data = await loadUnlessLarge(train, stream, 1)
  const [height, width, depth] = train.inputShape
  return {
    name: nameOf(path),
    samples: 'images',
    train: data,
    validation: await open('validation'),
    test: await open('test'),
    scaling: 'none' as const,
    notes: [
      `${train.count} pictures of ${width} × ${height} pixels in ${depth === 3 ? 'colour' : 'grey'}, ${train.classNames?.length} classes.`,
      ...noteOf(data),
    ],
  }
}

export const images = dataKind({
  kind: 'images',
  help: 'pictures (PNG, JPEG) in a folder for each class',
  short: 'a folder of pictures by class',
  samples: 'images',
  entries: IMAGES_ENTRIES,
  fromText: (given) => (isFolder(given) ? { path: given } : undefined),
  load,
  loadTest: async ({ test, stream }, { classNames, inputShape }, given) => {
    const path = given ?? test
    if (path === undefined) return undefined
    const options = inputShape === undefined ? {} : like(inputShape, classNames)
    return loadUnlessLarge(await streamImageFolder(path, options), stream, 1)
  },
})
