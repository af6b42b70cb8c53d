/**
 * The folder of a search: `search.json` (what is searched, so that it can go on), `results.jsonl` (a line for each trial
 * that ended), `trials/0001` (a run folder each), and at its end `results.json` (the table).
 */

import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readNumbers, stringifyNumbers } from '../../formats/index.ts'
import { appendJsonLine, parseJsonLines, writeFileAtomic } from '../../formats/node.ts'
import { NablaError } from '../../shared/index.ts'
import { claimDirectory } from '../../training/node.ts'
import type { SearchConfig } from '../fields/index.ts'
import { readJsonObject } from '../files/read-json.ts'
import type { ExperimentFile } from '../files/saved-config.ts'
import type { Override } from '../overrides.ts'
import { isObject } from '../schema/index.ts'
import { version } from '../version.ts'
import type { TrialSource } from './messages.ts'
import type { TrialOutcome } from './outcome.ts'

export const SEARCH_SCHEMA = 'nabla.search/1'

/** What a search is, so that it can go on. */
export interface SavedSearch {
  source: TrialSource
  /** The file's fingerprint, where it is code. */
  file?: ExperimentFile | undefined
  overrides: readonly Override[]
  search: SearchConfig
}

export class SearchFolder {
  readonly directory: string

  private constructor(directory: string) {
    this.directory = directory
  }

  /** @throws NablaError E-FILE where the folder holds anything. */
  static async create(directory: string, saved: SavedSearch): Promise<SearchFolder> {
    if (existsSync(join(directory, 'search.json'))) {
      const fix = `go on with it: nabla search --resume ${directory}; or choose another folder.`
      const expected = 'a folder without a search'
      throw new NablaError({ code: 'E-FILE', where: directory, expected, received: 'one with a search', fix })
    }
    await claimDirectory(directory)
    const folder = new SearchFolder(directory)
    await folder.save(saved)
    return folder
  }

  /** @throws NablaError E-FILE where the folder holds no search. */
  static async open(directory: string): Promise<{ folder: SearchFolder; saved: SavedSearch }> {
    const path = join(directory, 'search.json')
    const fix = 'give the folder of a search.'
    const record = await readJsonObject(path, fix)
    const { schema, source, overrides, search } = record
    if (schema !== SEARCH_SCHEMA || !isObject(source) || !Array.isArray(overrides) || !isObject(search)) {
      const received = JSON.stringify(schema) ?? 'no schema'
      throw new NablaError({ code: 'E-FILE', where: path, expected: `"schema": "${SEARCH_SCHEMA}"`, received, fix })
    }
    return { folder: new SearchFolder(directory), saved: record as unknown as SavedSearch }
  }

  save(saved: SavedSearch): Promise<void> {
    return this.write('search.json', { nabla: version, ...saved })
  }

  /** The run folder of a trial. */
  trial(number: number): string {
    return join(this.directory, 'trials', String(number).padStart(4, '0'))
  }

  async prepare(): Promise<void> {
    await mkdir(join(this.directory, 'trials'), { recursive: true })
  }

  record(outcome: TrialOutcome): Promise<void> {
    return appendJsonLine(join(this.directory, 'results.jsonl'), outcome)
  }

  /** The last outcome of each trial that has one. */
  async outcomes(): Promise<Map<number, TrialOutcome>> {
    const path = join(this.directory, 'results.jsonl')
    if (!existsSync(path)) return new Map()
    // A line that a kill cut off is a trial that is tried again.
    const records = parseJsonLines(await readFile(path, 'utf8'), path, () => {}) as TrialOutcome[]
    const read = (record: TrialOutcome) => ({ ...record, ...(readNumbers({ value: record.value }) as object) })
    return new Map(records.map((record) => [record.trial, record.value === undefined ? record : read(record)]))
  }

  write(name: string, record: object): Promise<void> {
    return writeFileAtomic(join(this.directory, name), `${stringifyNumbers({ schema: SEARCH_SCHEMA, ...record }, 2)}\n`)
  }
}
