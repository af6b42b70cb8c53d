/** `--resume <run>`: what a run that was stopped or killed goes on with. */

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type LoadedExperiment, loadExperiment } from '../experiment/node.ts'
import { NablaError } from '../shared/index.ts'

/** Why a run may have ended so that it can go on. */
const GOES_ON = ['aborted', 'time', 'steps']

/**
 * The experiment of a run.
 * @throws NablaError E-FILE where the folder holds no run; E-USAGE where the run has come to its end, or something else
 *   to train on is named.
 */
export async function resumeSource(directory: string, other: unknown): Promise<LoadedExperiment> {
  if (other !== undefined) {
    throw usage('--resume', 'a run alone', `${directory} and ${other}`, `leave ${other} out; the run knows its data.`)
  }
  const source = await loadExperiment(join(directory, 'config.json'))
  const reason = await endOf(directory)
  if (reason === undefined || GOES_ON.includes(reason)) return source
  const fix = `train it anew: nabla train ${join(directory, 'config.json')}.`
  throw usage(`--resume ${directory}`, 'a run that was stopped or killed', `one that ended: ${reason}`, fix)
}

function usage(where: string, expected: string, received: string, fix: string): NablaError {
  return new NablaError({ code: 'E-USAGE', where, expected, received, fix })
}

/** Why the run ended, by its summary; undefined where it has none yet. */
async function endOf(directory: string): Promise<string | undefined> {
  const path = join(directory, 'summary.json')
  if (!existsSync(path)) return undefined
  const record: unknown = JSON.parse(await readFile(path, 'utf8'))
  const stopped = typeof record === 'object' && record !== null && 'stopped' in record ? record.stopped : undefined
  return typeof stopped === 'object' && stopped !== null && 'reason' in stopped ? String(stopped.reason) : undefined
}
