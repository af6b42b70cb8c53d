/** A saved run, the program that its settings make, and the data that it is tested on. */

import { join } from 'node:path'
import { known, NablaError } from '../../shared/index.ts'
import type { Model } from '../../training/index.ts'
import { loadModel } from '../../training/node.ts'
import { DATA_KINDS, isCodeData, loadGiven, type Samples } from '../data-kinds/index.ts'
import { fromSaved } from '../files/load-experiment.ts'
import { readSavedConfig, type SavedConfig } from '../files/saved-config.ts'
import { type Resolved, resolveExperiment } from '../resolve.ts'
import { dataNameOf } from './data-name.ts'

export interface SavedRun {
  model: Model
  config: SavedConfig
  directory: string
}

/** @throws NablaError E-FILE, E-DATA, E-MODEL where the folder holds no run, or a broken one. */
export async function loadRun(directory: string): Promise<SavedRun> {
  const config = await readSavedConfig(directory)
  return { config, model: await loadModel(directory), directory }
}

/** The experiment that a run was made by, every field checked again. @throws NablaError as `resolveExperiment`. */
export async function experimentOf({ config, directory }: SavedRun): Promise<Resolved> {
  return resolveExperiment(await fromSaved(config, join(directory, 'config.json')))
}

/** What a run is tested on: a data set, and what its samples are called. */
export interface TestData {
  data: Samples
  samples: string
}

/**
 * The data to evaluate a run on: a file that is given, else the run's own test data.
 * @throws NablaError E-USAGE where the run has none, and none is given.
 */
export async function loadTestData(run: SavedRun, given: string | undefined): Promise<TestData> {
  const { experiment, place } = await experimentOf(run)
  const { data } = experiment
  const isCode = isCodeData(data)
  const found = isCode ? undefined : await ofKind(run, data, given)
  if (found !== undefined) return found
  if (given === undefined && isCode) {
    const { test, samples } = await loadGiven(data, place.child('data'))
    if (test !== undefined) return { data: test, samples }
  }
  throw new NablaError({
    code: 'E-USAGE',
    where: 'nabla evaluate',
    expected: 'data to evaluate on',
    received:
      given === undefined
        ? `a run on ${dataNameOf(run.config.experiment.data)} that had no test data`
        : JSON.stringify(given),
    fix: 'write --data FILE.csv.',
  })
}

async function ofKind(
  { config, model }: SavedRun,
  data: object,
  given: string | undefined,
): Promise<TestData | undefined> {
  const { kind: name, ...fields } = data as { kind: string }
  const kind = known(
    DATA_KINDS.find(({ kind }) => kind === name),
    'a kind of data that was checked is in the table',
  )
  const { classNames, network } = model
  const saved = { columns: config.columns, classNames, inputShape: network.inputShape }
  const found = await kind.loadTest(fields, saved, given)
  return found === undefined ? undefined : { data: found, samples: kind.samples }
}
