/** A search begun, or gone on with: from an experiment with `search` in it to its results. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { NablaError } from '../../shared/index.ts'
import { isCodeData } from '../data-kinds/index.ts'
import { nameOf } from '../data-kinds/name-of.ts'
import { experimentField, type SearchConfig } from '../fields/index.ts'
import { loadExperiment } from '../files/load-experiment.ts'
import { fingerprint } from '../files/saved-config.ts'
import { fieldAt, type Override } from '../overrides.ts'
import { type Resolved, resolveExperiment } from '../resolve.ts'
import { dataNameOf } from '../run/data-name.ts'
import { describeCode, hasCode } from '../run/plain.ts'
import { type SavedSearch, SearchFolder } from './folder.ts'
import type { TrialSource } from './messages.ts'
import { judgeOf } from './metric.ts'
import { runTrials, type SearchPlan, type SearchResult, type SearchWatch } from './run.ts'
import { planTrials } from './trials.ts'

export interface SearchOptions extends SearchWatch {
  /** What is laid over the experiment. */
  overrides?: readonly Override[]
  /** When the folder is there and trials are known; `done` of them have their outcome already. */
  onStart?: (directory: string, trials: number, done: number) => void
}

/**
 * Begins a search.
 * @throws NablaError for what is wrong with the experiment, its `search`, or a field that it varies; E-FILE for a folder
 *   that holds something. A trial that fails is an outcome, and no error.
 */
export async function beginSearch(source: TrialSource, options: SearchOptions = {}): Promise<SearchResult> {
  const overrides = options.overrides ?? []
  const loaded = 'path' in source ? await loadExperiment(source.path) : { value: source.value, notes: [] }
  const resolved = resolveExperiment(loaded, overrides)
  if (!('path' in source)) checkPlain(source.value)
  const search = searchOf(resolved)
  const directory = chooseFolder(resolved, source)
  const rest = overrides.filter(({ path }) => path !== 'out' && !path.startsWith('search'))
  const file = 'path' in source ? await fingerprint(source.path) : undefined
  const saved: SavedSearch = { source, ...(file === undefined ? {} : { file }), overrides: rest, search }
  const plan = planOf(saved, resolved)
  const folder = await SearchFolder.create(directory, saved)
  return go(folder, plan, options)
}

/**
 * Goes on with a search that was interrupted or killed: trials that ended are not repeated, half-done ones go on from
 * their last checkpoint.
 * @throws NablaError E-FILE where the folder holds no search; E-MODEL where its file was changed.
 */
export async function resumeSearch(directory: string, options: SearchOptions = {}): Promise<SearchResult> {
  const { folder, saved } = await SearchFolder.open(directory)
  await checkUnchanged(saved, directory)
  const { source } = saved
  const loaded = 'path' in source ? await loadExperiment(source.path) : { value: source.value, notes: [] }
  const own: Override = { path: 'search', value: saved.search, origin: join(directory, 'search.json'), rank: 0 }
  const resolved = resolveExperiment(loaded, [own, ...saved.overrides, ...(options.overrides ?? [])])
  const search = searchOf(resolved)
  const plan = planOf(saved, resolved)
  await folder.save({ ...saved, search })
  return go(folder, plan, options)
}

function planOf({ source, overrides }: SavedSearch, resolved: Resolved): Omit<SearchPlan, 'folder'> {
  const search = searchOf(resolved)
  const place = resolved.place.child('search')
  const judge = judgeOf(search, resolved.experiment, place)
  return { source, overrides, trials: planTrials(search, place), judge, jobs: search.jobs }
}

async function go(
  folder: SearchFolder,
  plan: Omit<SearchPlan, 'folder'>,
  options: SearchOptions,
): Promise<SearchResult> {
  const done = (await folder.outcomes()).size
  options.onStart?.(folder.directory, plan.trials.length, done)
  return runTrials({ folder, ...plan }, options)
}

/** @throws NablaError E-USAGE without `search`, E-NAME for a field that there is not. */
function searchOf({ experiment, place }: Resolved): SearchConfig {
  const { search } = experiment
  const at = place.child('search')
  if (search === undefined) throw at.missing('what is tried: search: { vary: { "optimizer.learningRate": … } }')
  for (const path of Object.keys(search.vary)) {
    const where = `search.vary.${path}`
    if (/^(search|out)\b/.test(path)) {
      const fix = 'vary another field.'
      throw new NablaError({ code: 'E-USAGE', where, expected: 'a field that makes another run', received: path, fix })
    }
    fieldAt(path, where)
  }
  return search
}

/** A process of its own gets plain data, or reads the file again. */
function checkPlain(value: unknown): void {
  const fields = typeof value === 'object' && value !== null ? value : {}
  for (const name of Object.keys(fields)) {
    const part = (fields as Readonly<Record<string, unknown>>)[name]
    const expanded = experimentField.children?.get(name)?.field.expand?.(part) ?? part
    if (!hasCode(describeCode(expanded)) && !(name === 'data' && isCodeData(part))) continue
    throw new NablaError({
      code: 'E-USAGE',
      where: name,
      expected: 'plain data, since each trial is a process of its own',
      received: 'what code makes',
      fix: 'put the experiment into a file (export default defineExperiment({ … })), and give its path.',
    })
  }
}

async function checkUnchanged({ file }: SavedSearch, directory: string): Promise<void> {
  if (file === undefined || (await fingerprint(file.path)).sha256 === file.sha256) return
  throw new NablaError({
    code: 'E-MODEL',
    where: `${directory}, search.json`,
    expected: `${file.path} as it was when the search began`,
    received: 'a file that was changed since',
    fix: 'begin another search, or put the file back as it was.',
  })
}

/** The folder to write to: the one that was named, or the first free one of runs/NAME-search-1, -2, … */
function chooseFolder({ experiment }: Resolved, source: TrialSource): string {
  if (experiment.out !== undefined) return experiment.out
  const name = experiment.name ?? ('path' in source ? nameOf(source.path) : nameOf(dataNameOf(experiment.data)))
  let number = 1
  while (existsSync(join('runs', `${name}-search-${number}`))) number++
  return join('runs', `${name}-search-${number}`)
}
