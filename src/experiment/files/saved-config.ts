/** `config.json` of a run: the experiment with everything resolved, and what it was made of. */

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { CsvSchema } from '../../data/index.ts'
import { readBytes } from '../../data/node.ts'
import { NablaError } from '../../shared/index.ts'
import { RUN_SCHEMA } from '../../training/node.ts'
import type { Job } from '../run/job.ts'
import { isObject } from '../schema/index.ts'
import { version } from '../version.ts'
import { readJsonObject } from './read-json.ts'

/** The file that an experiment came from. */
export interface ExperimentFile {
  path: string
  sha256: string
}

export interface SavedConfig {
  /** Everything resolved, as plain data; what was code is { code: "what it was" }. */
  experiment: Readonly<Record<string, unknown>>
  /** The file of an experiment with code in it. */
  file?: ExperimentFile | undefined
  /** How a CSV file's columns became numbers. */
  columns?: CsvSchema | undefined
}

/** What is written to `config.json`, beside its schema. */
export function describeRun(job: Job, file: ExperimentFile | undefined): Record<string, unknown> {
  const { schema } = job.data
  return {
    nabla: version,
    experiment: job.config,
    ...(file === undefined ? {} : { file }),
    ...(schema === undefined ? {} : { columns: schema }),
  }
}

const FIX = 'give the folder of a run that nabla train saved, of this version.'

/** @throws NablaError E-FILE where the record is not one of a run. */
export function checkSavedConfig(record: Readonly<Record<string, unknown>>, path: string): SavedConfig {
  const { schema, experiment, file, columns } = record
  if (schema !== RUN_SCHEMA || !isObject(experiment)) {
    throw new NablaError({
      code: 'E-FILE',
      where: path,
      expected: `the record of a run ("schema": "${RUN_SCHEMA}")`,
      received: JSON.stringify(schema) ?? 'no schema',
      fix: FIX,
    })
  }
  const isFile = isObject(file) && typeof file.path === 'string' && typeof file.sha256 === 'string'
  return {
    experiment,
    ...(isFile ? { file: file as unknown as ExperimentFile } : {}),
    ...(isObject(columns) ? { columns: columns as unknown as CsvSchema } : {}),
  }
}

/** What a run was asked for. @throws NablaError E-FILE where the folder holds no run. */
export async function readSavedConfig(directory: string): Promise<SavedConfig> {
  const path = join(directory, 'config.json')
  return checkSavedConfig(await readJsonObject(path, FIX), path)
}

export async function fingerprint(path: string): Promise<ExperimentFile> {
  return {
    path,
    sha256: createHash('sha256')
      .update(await readBytes(path))
      .digest('hex'),
  }
}
