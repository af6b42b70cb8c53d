/**
 * The folder of a run: `config.json` (what was asked for), `metrics.jsonl` (a line an epoch, as it ends), the model, and
 * `summary.json` (what came of it). It is claimed at the start, so that two runs never share one.
 */

import { join } from 'node:path'
import { readNumbers, stringifyNumbers } from '../formats/index.ts'
import { appendJsonLine, parseJsonLines, writeFileAtomic } from '../formats/node.ts'
import { claimFolder, readJson, readWhole, writeJson, writeModelFiles } from './folder.ts'
import type { EpochRecord, Run } from './history.ts'

export const RUN_SCHEMA = 'nabla.run/2'

/**
 * The epochs of a run folder, of a run that is still going on or was killed too; NaN is NaN again.
 * @throws NablaError E-FILE where there is no `metrics.jsonl` that can be read.
 */
export async function readHistory(directory: string): Promise<EpochRecord[]> {
  const path = join(directory, 'metrics.jsonl')
  const text = new TextDecoder().decode(await readWhole(path, 'give the folder of a run.'))
  // A line that a kill cut off is one that was not written.
  return readNumbers(parseJsonLines(text, path, () => {})) as EpochRecord[]
}

export class RunFolder {
  readonly directory: string

  private constructor(directory: string) {
    this.directory = directory
  }

  /**
   * Claims a folder and writes the resolved configuration to it.
   * @throws NablaError E-FILE where the folder holds another run, or anything else.
   */
  static async create(directory: string, config: Readonly<Record<string, unknown>>): Promise<RunFolder> {
    await claimFolder(directory)
    await writeJson(join(directory, 'config.json'), { schema: RUN_SCHEMA, ...config })
    return new RunFolder(directory)
  }

  /**
   * Takes up the folder of a run that was stopped or killed: its epochs become those that the checkpoint knows, since
   * the others will be trained again. A `config` that is given takes the place of the one that is there.
   * @throws NablaError E-FILE, E-DATA where it holds no run.
   */
  static async resume(
    directory: string,
    history: readonly EpochRecord[],
    config?: Readonly<Record<string, unknown>>,
  ): Promise<RunFolder> {
    const path = join(directory, 'config.json')
    await readJson(path, 'give the folder of a run.')
    if (config !== undefined) await writeJson(path, { schema: RUN_SCHEMA, ...config })
    const lines = history.map((record) => `${stringifyNumbers(record)}\n`).join('')
    await writeFileAtomic(join(directory, 'metrics.jsonl'), lines)
    return new RunFolder(directory)
  }

  /** Adds an epoch: what `fit` takes as `onEpoch`. */
  readonly recordEpoch = (record: EpochRecord): Promise<void> =>
    appendJsonLine(join(this.directory, 'metrics.jsonl'), record)

  /** Writes the model and the summary: how the run ended, its best epoch, its time. `extra` is added to it. */
  async finish(run: Run, extra: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await writeModelFiles(this.directory, run.model)
    const { stopped, best, kept, seconds, backend, history } = run
    const last = history[history.length - 1]
    await writeJson(join(this.directory, 'summary.json'), {
      schema: RUN_SCHEMA,
      stopped,
      kept,
      ...(best === undefined ? {} : { best }),
      ...(last === undefined ? {} : { last }),
      epochs: history.length,
      seconds,
      backend,
      ...extra,
    })
  }
}
