/** An experiment from a file: TypeScript or JavaScript, JSON, or the `config.json` of an earlier run. */

import { NablaError } from '../../shared/index.ts'
import type { ExperimentLike } from '../experiment.ts'
import type { Source } from '../resolve.ts'
import { hasCode } from '../run/plain.ts'
import { isObject } from '../schema/index.ts'
import { isModule, loadDefault } from './load-module.ts'
import { readJsonObject } from './read-json.ts'
import { checkSavedConfig, type ExperimentFile, fingerprint, type SavedConfig } from './saved-config.ts'

export interface LoadedExperiment extends Source {
  /** The file whose code the experiment is made by. */
  file?: ExperimentFile | undefined
  /** What the user should know of it. */
  notes: readonly string[]
}

/** Whether a name on the command line is that of an experiment's file, and not of data. */
export function isExperimentFile(name: string): boolean {
  return isModule(name) || /\.json$/i.test(name)
}

/** From a path, or from the experiment itself. @throws NablaError as `loadExperiment`. */
export async function experimentSource(source: string | ExperimentLike): Promise<LoadedExperiment> {
  if (typeof source === 'string') return loadExperiment(source)
  return { value: typeof source === 'function' ? await source() : source, notes: [] }
}

/** @throws NablaError E-FILE, E-USAGE for a file that is none of these. */
export async function loadExperiment(path: string): Promise<LoadedExperiment> {
  if (isModule(path)) return loadModuleFile(path)
  const record = await readJsonObject(path, 'write { "data": "mnist", "epochs": 5 }.')
  if (record.schema === undefined) return { value: record, origin: path, notes: [] }
  return fromSaved(checkSavedConfig(record, path), path)
}

async function loadModuleFile(path: string): Promise<LoadedExperiment> {
  // Read first: what is missing is then said as for every other file.
  const file = await fingerprint(path)
  const exported = await loadDefault(path)
  const value: unknown = typeof exported === 'function' ? await exported() : exported
  if (isObject(value)) return { value, origin: path, file, notes: [] }
  throw new NablaError({
    code: 'E-USAGE',
    where: path,
    expected: 'an experiment as its default export',
    received: value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`,
    fix: 'write export default defineExperiment({ data: …, network: … }).',
  })
}

/** The experiment of a saved run. Its parts that were code come from its file again. */
export async function fromSaved({ experiment, file }: SavedConfig, path: string): Promise<LoadedExperiment> {
  const code = Object.keys(experiment).filter((name) => hasCode(experiment[name]))
  if (code.length === 0) return { value: experiment, origin: path, notes: [] }
  if (file === undefined) {
    throw new NablaError({
      code: 'E-USAGE',
      where: `${path}, ${code.join(', ')}`,
      expected: 'plain data, or the file of the experiment',
      received: 'what was code, without a file',
      fix: 'run the program again that made this run.',
    })
  }
  const again = await loadModuleFile(file.path)
  const parts = again.value as Readonly<Record<string, unknown>>
  const changed = again.file?.sha256 !== file.sha256
  return {
    ...again,
    value: { ...experiment, ...Object.fromEntries(code.map((name) => [name, parts[name]])) },
    origin: path,
    notes: changed ? [`${file.path} was changed since the run; ${code.join(', ')} are as it says now.`] : [],
  }
}
