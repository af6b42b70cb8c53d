/** A saved run, and the data that it was trained on. */

import type { Dataset } from '../data/index.ts'
import { loadMnist, readCsvDataset } from '../data/node.ts'
import { NablaError } from '../shared/index.ts'
import type { Model } from '../training/index.ts'
import { loadModel } from '../training/node.ts'
import { type RunConfig, readRunConfig } from './run-config.ts'

export interface SavedRun {
  model: Model
  config: RunConfig
}

/** @throws NablaError E-FILE, E-DATA, E-MODEL where the folder holds no run, or a broken one. */
export async function loadRun(directory: string): Promise<SavedRun> {
  const config = await readRunConfig(directory)
  return { config, model: await loadModel(directory) }
}

/** What a run is tested on: a data set, and what its samples are called. */
export interface TestData {
  data: Dataset
  samples: string
}

/**
 * The data to evaluate a run on: a file that is given, else MNIST's test images, or the test file of the run.
 * @throws NablaError E-USAGE where a run from a CSV file had no test file, and none is given.
 */
export async function loadTestData({ config }: SavedRun, given: string | undefined): Promise<TestData> {
  const { test } = config.settings
  const path = given ?? (config.data === 'mnist' ? 'mnist' : test)
  if (path === 'mnist') return { data: (await loadMnist()).test, samples: 'images' }
  if (typeof path === 'string') {
    const schema = config.columns === undefined ? {} : { schema: config.columns }
    return { data: (await readCsvDataset(path, schema)).data, samples: 'samples' }
  }
  throw new NablaError({
    code: 'E-USAGE',
    where: 'nabla evaluate',
    expected: 'data to evaluate on',
    received: `a run on ${config.data} that had no test file`,
    fix: 'write --data FILE.csv.',
  })
}
