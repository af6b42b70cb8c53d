/**
 * A folder of pictures by class, `folder/class/*.png|jpg|jpeg`. Each picture is decoded when a batch needs it; in memory
 * and on its way it is bytes, so that a folder gives the same numbers streamed and loaded.
 */

import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { formatShape, type NablaError } from '../../shared/index.ts'
import type { Dataset } from '../dataset.ts'
import { explainFailure } from '../files.ts'
import { checkWhole, dataError } from '../mistakes.ts'
import { type Channels, type Picture, type PictureHeader, resizePicture } from '../picture.ts'
import { readPicture, readPictureHeader } from '../read-image.ts'
import type { Rows } from './rows.ts'
import { StreamedDataset } from './streamed-dataset.ts'

export interface ImageFolderOptions {
  name?: string
  /** Every picture is resized to it. Where nothing is said, all have to have the size of the first. */
  size?: readonly [height: number, width: number]
  /** 1: grey; 3: colour. Where nothing is said: colour, if any picture is stored in colour. */
  channels?: Channels
  /** The classes in this order, where not every one need occur (a test set); the folder's own, sorted, where not said. */
  classNames?: readonly string[]
}

/** Files that are looked at, or decoded, at the same time. */
const AT_ONCE = 8
const PICTURE = /\.(png|jpe?g)$/i
/** What systems leave in folders. */
const isSystemFile = (name: string) => name.startsWith('.') || /^(thumbs\.db|desktop\.ini)$/i.test(name)

interface Found {
  classNames: string[]
  paths: string[]
  labels: Int32Array
}

/**
 * The pictures of a folder, decoded while they are used: samples `[height, width]` in grey or `[height, width, 3]`, from
 * 0 to 1, of the class that their folder is called. Every file's structure is looked at first.
 * @throws NablaError E-FILE where the folder cannot be read; E-DATA with the path for an empty class, a file that is no
 *   picture, is cut off, is not what its name says, or has another size than the first; E-NAME for an unknown class.
 */
export async function streamImageFolder(folder: string, options: ImageFolderOptions = {}): Promise<StreamedDataset> {
  checkOptions(options)
  const found = await findPictures(folder, options.classNames)
  const { size, channels } = await survey(found.paths, options)
  const [height, width] = size
  const read = async (indices: Int32Array, into: Rows) => {
    await eachAtOnce([...indices.keys()], async (row) => {
      const index = indices[row] ?? 0
      const picture = await readPicture(found.paths[index] ?? '', channels)
      writeBytes(resizePicture(picture, width, height), into.inputs, row)
      if (into.targets !== undefined) into.targets[row] = found.labels[index] ?? 0
    })
  }
  return new StreamedDataset({
    name: options.name ?? folder,
    count: found.paths.length,
    inputShape: channels === 1 ? [height, width] : [height, width, channels],
    stored: 'u8',
    affine: { scale: Float64Array.of(1 / 255), offset: Float64Array.of(0) },
    targets: { kind: 'classes', classNames: found.classNames },
    weighted: false,
    rows: { access: 'random', labels: found.labels, open: () => ({ read }) },
  })
}

/** The same, decoded into memory. @throws NablaError as `streamImageFolder`; E-MEMORY beyond 2 GiB. */
export async function readImageFolder(folder: string, options: ImageFolderOptions = {}): Promise<Dataset> {
  return (await streamImageFolder(folder, options)).load()
}

/**
 * A picture from disk as one sample of `shape`, `[height, width]` or `[height, width, 3]`: what `streamImageFolder` makes
 * of it. @throws NablaError as `readPicture`; E-SHAPE for a shape that is no picture.
 */
export async function readPictureSample(path: string, shape: readonly number[]): Promise<Float32Array> {
  const [height = 0, width = 0, channels = 1] = shape
  if (shape.length < 2 || shape.length > 3 || (channels !== 1 && channels !== 3)) {
    const fix = 'use a network whose input is a picture.'
    throw dataError(path, 'a picture: [height, width] or [height, width, 3]', formatShape(shape), fix, 'E-SHAPE')
  }
  const bytes = new Uint8Array(height * width * channels)
  writeBytes(resizePicture(await readPicture(path, channels), width, height), bytes, 0)
  return Float32Array.from(bytes, (byte) => byte / 255)
}

function checkOptions({ size, channels }: ImageFolderOptions): void {
  if (size !== undefined && (!Array.isArray(size) || size.length !== 2)) {
    throw dataError('image folder, size', '[height, width]', JSON.stringify(size), 'write size: [64, 64].', 'E-VALUE')
  }
  for (const extent of size ?? []) checkWhole(extent, 1, 8192, 'image folder, size')
  if (channels === undefined || channels === 1 || channels === 3) return
  throw dataError('image folder, channels', '1 (grey) or 3 (colour)', String(channels), 'give 1 or 3.', 'E-VALUE')
}

/** The classes and their files, each sorted by name, so that they do not depend on the system. */
async function findPictures(folder: string, given: readonly string[] | undefined): Promise<Found> {
  const classNames = await namesIn(folder)
  for (const name of classNames) {
    if ((await stat(join(folder, name))).isDirectory()) continue
    const fix = 'move it into the folder of its class; there is one folder for each class.'
    throw dataError(join(folder, name), 'a folder, named after a class', 'a file', fix)
  }
  if (classNames.length === 0) {
    throw dataError(folder, 'a folder for each class', 'an empty folder', 'check the path.')
  }
  const order = given ?? classNames
  const stranger = classNames.find((name) => !order.includes(name))
  if (stranger !== undefined) {
    const expected = `one of the classes ${order.slice(0, 20).join(', ')}`
    throw dataError(join(folder, stranger), expected, JSON.stringify(stranger), 'rename the folder.', 'E-NAME')
  }
  const paths: string[] = []
  const labels: number[] = []
  for (const [label, name] of order.entries()) {
    if (!classNames.includes(name)) continue
    const files = await namesIn(join(folder, name))
    for (const file of files) {
      const path = join(folder, name, file)
      if (!PICTURE.test(file)) throw await wrongFile(path, folder)
      paths.push(path)
      labels.push(label)
    }
    if (files.length > 0) continue
    throw dataError(
      join(folder, name),
      'at least one picture',
      'an empty folder',
      'add pictures, or delete the folder.',
    )
  }
  return { classNames: [...order], paths, labels: Int32Array.from(labels) }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder)
    return names.filter((name) => !isSystemFile(name)).sort((a, b) => (a < b ? -1 : 1))
  } catch (error) {
    throw explainFailure(folder, error)
  }
}

async function wrongFile(path: string, folder: string): Promise<NablaError> {
  const isFolder = (await stat(path)).isDirectory()
  const fix = isFolder
    ? `name the folder that holds the classes: is it one of those in ${folder}?`
    : 'move it elsewhere, or save it as PNG or JPEG.'
  return dataError(path, 'a picture: .png, .jpg or .jpeg', isFolder ? 'a folder' : 'another file', fix)
}

/** Looks at every file: the size and the channels that samples have. */
async function survey(paths: readonly string[], options: ImageFolderOptions) {
  const headers = new Array<PictureHeader>(paths.length)
  await eachAtOnce([...paths.keys()], async (at) => {
    headers[at] = await readPictureHeader(paths[at] ?? '')
  })
  const first = headers[0] ?? { width: 1, height: 1, channels: 1 }
  const odd = headers.findIndex(({ width, height }) => width !== first.width || height !== first.height)
  if (options.size === undefined && odd >= 0) {
    const { width, height } = headers[odd] ?? first
    const expected = `${first.width} × ${first.height} pixels, as ${paths[0]}`
    const fix = `name a size, and all are resized: size: [${first.height}, ${first.width}].`
    throw dataError(paths[odd] ?? '', expected, `${width} × ${height}`, fix, 'E-SHAPE')
  }
  const channels = options.channels ?? (headers.some((header) => header.channels === 3) ? 3 : 1)
  return { size: options.size ?? ([first.height, first.width] as const), channels } as const
}

/** Does something for each, some at a time; the first in order that fails is what is thrown. */
async function eachAtOnce<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const failures: { at: number; error: unknown }[] = []
  let next = 0
  const work = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const at = next++
      await act(items[at] as T).catch((error: unknown) => failures.push({ at, error }))
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, work))
  const [first] = failures.sort((a, b) => a.at - b.at)
  if (first !== undefined) throw first.error
}

function writeBytes({ pixels }: Picture, into: Rows['inputs'], row: number): void {
  const at = row * pixels.length
  for (let k = 0; k < pixels.length; k++) into[at + k] = Math.round((pixels[k] ?? 0) * 255)
}
