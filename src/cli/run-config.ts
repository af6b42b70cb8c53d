/** The record of what a run was asked for, `config.json`: written with the run, read by whatever uses the run later. */

import { existsSync } from 'node:fs'
import { readFile, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { CsvSchema } from '../data/index.ts'
import { NablaError } from '../shared/index.ts'
import { RUN_SCHEMA, RunFolder } from '../training/node.ts'
import type { TrainingData } from './load-data.ts'
import type { SettingsFile, TrainSettings } from './train-settings.ts'
import { version } from './version.ts'

export interface RunConfig {
  /** "mnist", or the path of a file. */
  data: string
  settings: Readonly<Record<string, unknown>>
  /** How a CSV file's columns became numbers. */
  columns?: CsvSchema
}

/** A folder for a run, which is taken back where the run never began. */
export interface ClaimedFolder {
  folder: RunFolder
  /** Removes what the claim made. */
  abandon(): Promise<void>
}

/** The folder to write to: the one that was named, or the first free one of runs/NAME-1, runs/NAME-2, … */
export function chooseFolder(name: string, { out }: TrainSettings): string {
  if (out !== undefined) return out
  let number = 1
  while (existsSync(join('runs', `${name}-${number}`))) number++
  return join('runs', `${name}-${number}`)
}

/** @throws NablaError E-FILE where the folder holds another run, or anything else. */
export async function claimRunFolder(directory: string, data: string, settings: TrainSettings, loaded: TrainingData) {
  const wasThere = existsSync(directory)
  const folder = await RunFolder.create(directory, {
    nabla: version,
    command: 'train',
    data,
    settings: { ...settings, layers: [...settings.layers] },
    ...(loaded.schema === undefined ? {} : { columns: loaded.schema }),
  })
  return {
    folder,
    abandon: async () => {
      await rm(join(directory, 'config.json'), { force: true })
      if (!wasThere) await rmdir(directory).catch(() => undefined)
    },
  } satisfies ClaimedFolder
}

function configError(where: string, expected: string, received: string, fix: string): NablaError {
  return new NablaError({ code: 'E-FILE', where, expected, received, fix })
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

async function readJsonObject(path: string, fix: string): Promise<Readonly<Record<string, unknown>>> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const received = missing ? 'no such file' : String(error instanceof Error ? error.message : error)
    throw configError(path, 'a file that can be read', received, fix)
  }
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
  } catch {
    // Reported below, with what the file begins with.
  }
  const received = JSON.stringify(text.slice(0, 40))
  throw configError(path, 'a JSON object', received, 'write {"epochs": 5, "layers": [300, 75]}.')
}

/** Settings from a file of the user's, or from the config.json of an earlier run, which gets a folder of its own. */
export async function readSettingsFile(path: string): Promise<SettingsFile & { data: string | undefined }> {
  const record = await readJsonObject(path, 'check the path.')
  const { data, ...fields } = record
  const { out: _, ...settings } = isObject(record.settings) ? record.settings : {}
  const isRun = record.schema === RUN_SCHEMA
  return { path, settings: isRun ? settings : fields, data: typeof data === 'string' ? data : undefined }
}

/** What a run was asked for. @throws NablaError E-FILE where the folder holds no run. */
export async function readRunConfig(directory: string): Promise<RunConfig> {
  const path = join(directory, 'config.json')
  const record = await readJsonObject(path, 'give the folder that nabla train saved to.')
  const { schema, data, settings, columns } = record
  if (schema === RUN_SCHEMA && typeof data === 'string' && isObject(settings)) {
    return { data, settings, ...(isObject(columns) ? { columns: columns as unknown as CsvSchema } : {}) }
  }
  throw configError(
    path,
    `the record of a run ("schema": "${RUN_SCHEMA}")`,
    JSON.stringify(schema) ?? 'none',
    'give the folder that nabla train saved to.',
  )
}
