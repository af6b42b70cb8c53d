/** The folder of a run: named, or the first free one; taken back where the run never began. */

import { existsSync } from 'node:fs'
import { rm, rmdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { RunFolder } from '../../training/node.ts'
import type { Job } from './job.ts'

/** The folder to write to: the one that was named, or the first free one of runs/NAME-1, runs/NAME-2, … */
export function chooseFolder({ experiment, name }: Job): string {
  if (experiment.out !== undefined) return experiment.out
  let number = 1
  while (existsSync(join('runs', `${name}-${number}`))) number++
  return join('runs', `${name}-${number}`)
}

export interface ClaimedFolder {
  folder: RunFolder
  /** Removes what the claim made. */
  abandon(): Promise<void>
}

/** Folders on the way that are not there yet, the innermost first. */
function missingFolders(directory: string): string[] {
  const path = resolve(directory)
  return existsSync(path) || dirname(path) === path ? [] : [path, ...missingFolders(dirname(path))]
}

/** @throws NablaError E-FILE where the folder holds another run, or anything else. */
export async function claimFolder(directory: string, config: Record<string, unknown>): Promise<ClaimedFolder> {
  const made = missingFolders(directory)
  const folder = await RunFolder.create(directory, config)
  return {
    folder,
    abandon: async () => {
      await rm(join(directory, 'config.json'), { force: true })
      for (const each of made) await rmdir(each).catch(() => undefined)
    },
  }
}
