/**
 * The process of one trial: told what to train, it trains, and says how it goes. When whoever started it says so, it saves
 * what was learnt and ends; when they are gone, it ends. An entry of its own in dist/.
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { registerNative } from '../../backend/node.ts'
import { NablaError } from '../../shared/index.ts'
import { loadExperiment } from '../files/load-experiment.ts'
import { resolveExperiment } from '../resolve.ts'
import { prepareJob } from '../run/job.ts'
import { trainJob } from '../run/train.ts'
import type { FromTrial, StartTrial, ToTrial } from './messages.ts'
import type { TrialError } from './outcome.ts'

const stop = new AbortController()

function tell(message: FromTrial): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, () => resolve())
    else resolve()
  })
}

function errorOf(error: unknown): TrialError {
  if (error instanceof NablaError) return error.toJSON()
  const received = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return { code: 'E-INTERNAL', where: 'the trial', expected: 'no error', received, fix: 'run it alone to see where.' }
}

async function work({ source, overrides, directory }: StartTrial): Promise<FromTrial> {
  const loaded = 'path' in source ? await loadExperiment(source.path) : { value: source.value, notes: [] }
  const job = await prepareJob(resolveExperiment(loaded, overrides))
  if (stop.signal.aborted) return { kind: 'aborted' }
  const { epochs } = job.experiment
  const { run } = await trainJob(job, {
    ...(loaded.file === undefined ? {} : { file: loaded.file }),
    ...(existsSync(join(directory, 'config.json')) ? { resume: directory } : {}),
    signal: stop.signal,
    onEpoch: (record) => void tell({ kind: 'epoch', record, epochs }),
  })
  return { kind: run.stopped.reason === 'aborted' ? 'aborted' : 'done' }
}

process.on('message', async (message: ToTrial) => {
  if (message.kind === 'abort') {
    stop.abort()
    return
  }
  registerNative(() => {})
  await tell(await work(message).catch((error: unknown): FromTrial => ({ kind: 'failed', error: errorOf(error) })))
  process.disconnect?.()
})
// At once: who goes on with the search may be in the folder already, and what was saved is whole.
process.on('disconnect', () => process.exit(0))
// A terminal's Ctrl-C comes to every process; who started this one decides what follows.
process.on('SIGINT', () => {})
