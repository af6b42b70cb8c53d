/**
 * Checkpoints as files of a folder, named by their step: each is written beside, synced and renamed, and the oldest are
 * deleted after that. So a run that is killed at any instant leaves a whole one.
 */

import { mkdir, readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../formats/node.ts'
import { checkNumber, checkOptions } from '../network/index.ts'
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts'
import type { CheckpointSink } from './fit-options.ts'
import { readWhole } from './folder.ts'

export interface CheckpointFolderOptions {
  everySteps?: number
  everySeconds?: number
  /** How many of the last checkpoints are kept; 3 where nothing is said. */
  keep?: number
}

const PATTERN = /^checkpoint-(\d{9,})\.safetensors$/

/** The checkpoints of a folder, the oldest first; none where there is no folder. */
async function checkpointsIn(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => [])
  return names.filter((name) => PATTERN.test(name)).sort((a, b) => stepOf(a) - stepOf(b))
}

function stepOf(name: string): number {
  return Number(PATTERN.exec(name)?.[1])
}

/**
 * Where `fit` saves checkpoints: `fit(net, data, { checkpoint: checkpointFolder('runs/a/checkpoints', { everySteps: 500 }) })`.
 * @throws NablaError E-VALUE, E-NAME for options; while it saves, E-FILE where the folder can't be written to.
 */
export function checkpointFolder(directory: string, options: CheckpointFolderOptions = {}): CheckpointSink {
  checkOptions(options, ['everySteps', 'everySeconds', 'keep'], 'checkpointFolder')
  const { everySteps, everySeconds, keep = 3 } = options
  checkNumber(keep, 'checkpointFolder, keep', { least: 1, whole: true })
  return {
    everySteps,
    everySeconds,
    save: async (checkpoint) => {
      await mkdir(directory, { recursive: true })
      const name = `checkpoint-${String(checkpoint.engine.step).padStart(9, '0')}.safetensors`
      await writeFileAtomic(join(directory, name), encodeCheckpoint(checkpoint))
      const names = await checkpointsIn(directory)
      for (const old of names.slice(0, Math.max(0, names.length - keep))) {
        await unlink(join(directory, old)).catch(() => undefined)
      }
    },
  }
}

/**
 * The checkpoint with the most steps in a folder: what `fit` takes as `resume`; undefined where there is none.
 * @throws NablaError E-FILE, E-DATA, E-MODEL where the file can't be read.
 */
export async function latestCheckpoint(directory: string): Promise<Checkpoint | undefined> {
  const name = (await checkpointsIn(directory)).at(-1)
  if (name === undefined) return undefined
  const path = join(directory, name)
  return decodeCheckpoint(await readWhole(path, 'delete the file, to go on from the one before.'), path)
}
