/** Folders that models and runs are written to: made when missing, refused when they hold something else. */

import { mkdir, readdir, readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { stringifyNumbers } from '../formats/index.ts'
import { writeFileAtomic } from '../formats/node.ts'
import { NablaError } from '../shared/index.ts'
import type { Model } from './model.ts'
import { describeModel, encodeParameters, readModel } from './model-files.ts'
import { checkSaveable } from './saveable.ts'

export const NETWORK_FILE = 'network.json'
export const PARAMETERS_FILE = 'model.safetensors'

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function fileError(where: string, expected: string, received: string, fix: string, cause?: unknown): NablaError {
  return new NablaError({ code: 'E-FILE', where, expected, received, fix }, { cause })
}

/** The names in a folder; undefined where there is no such folder. @throws NablaError E-FILE for what is no folder. */
async function namesIn(directory: string): Promise<string[] | undefined> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    const received = codeOf(error) === 'ENOTDIR' ? 'a file of that name' : String(error)
    throw fileError(directory, 'a folder, or a name that is free', received, 'choose another folder.', error)
  }
}

/**
 * Makes a folder to write to. A folder that holds anything is refused: nothing is written over.
 * @throws NablaError E-FILE where it holds files, or can't be made.
 */
export async function claimFolder(directory: string): Promise<void> {
  const names = await namesIn(directory)
  if (names !== undefined && names.length > 0) {
    const isRun = names.includes('config.json') || names.includes(NETWORK_FILE)
    const received = isRun
      ? `another run's: ${names.slice(0, 5).join(', ')}`
      : `one with ${names.slice(0, 5).join(', ')}`
    throw fileError(
      directory,
      'an empty folder, or a name that is free',
      received,
      'choose another folder, or move that one away.',
    )
  }
  try {
    await makeFolder(resolve(directory))
  } catch (error) {
    throw fileError(directory, 'a folder that can be made', String(error), 'choose another folder.', error)
  }
}

/** Makes a folder and those above it. Node's own recursive mkdir never ends where the system refuses with ENOENT. */
async function makeFolder(directory: string): Promise<void> {
  if ((await namesIn(directory)) !== undefined) return
  const parent = dirname(directory)
  if (parent !== directory) await makeFolder(parent)
  await mkdir(directory)
}

/** Reads a file, whole. @throws NablaError E-FILE where it can't be read. */
export async function readWhole(path: string, fix: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (error) {
    const received = codeOf(error) === 'ENOENT' ? 'no such file' : String(error)
    throw fileError(path, 'a file that can be read', received, fix, error)
  }
}

/** Reads a JSON file. @throws NablaError E-FILE where it can't be read, E-DATA where it is no JSON. */
export async function readJson(path: string, fix: string): Promise<unknown> {
  const text = new TextDecoder().decode(await readWhole(path, fix))
  try {
    return JSON.parse(text)
  } catch (error) {
    const received = error instanceof Error ? error.message : String(error)
    throw new NablaError({ code: 'E-DATA', where: path, expected: 'JSON', received, fix }, { cause: error })
  }
}

/** Writes a record as indented JSON, as one step; NaN and infinities are kept (`stringifyNumbers`). */
export function writeJson(path: string, record: unknown): Promise<void> {
  return writeFileAtomic(path, `${stringifyNumbers(record, 2)}\n`)
}

/** Writes the two files of a model into a folder that is the caller's. */
export async function writeModelFiles(directory: string, model: Model): Promise<void> {
  const record = describeModel(model)
  await writeFileAtomic(join(directory, PARAMETERS_FILE), encodeParameters(model))
  await writeJson(join(directory, NETWORK_FILE), record)
}

/**
 * Saves a model as `network.json` and `model.safetensors` in a folder, which is made if need be. A model that is there
 * already is not written over, unless told so.
 * @throws NablaError E-FILE where the folder holds something, or can't be written to; E-MODEL for layers or losses of
 *   one's own that could not be loaded again.
 */
export async function saveModel(directory: string, model: Model, options: { overwrite?: boolean } = {}): Promise<void> {
  checkSaveable(model)
  if (options.overwrite !== true) await claimFolder(directory)
  else await mkdir(directory, { recursive: true })
  await writeModelFiles(directory, model)
}

/**
 * The model that `saveModel` or a run wrote to a folder.
 * @throws NablaError E-FILE where a file is missing; E-DATA, E-MODEL, E-NAME where they are broken or do not fit.
 */
export async function loadModel(directory: string): Promise<Model> {
  const fix = 'give the folder of a saved model or a run.'
  const record = await readJson(join(directory, NETWORK_FILE), fix)
  return readModel(record, await readWhole(join(directory, PARAMETERS_FILE), fix), directory)
}
