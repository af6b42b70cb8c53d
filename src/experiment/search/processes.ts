/** Processes that train, one a trial. */

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { EpochRecord } from '../../training/index.ts'
import type { FromTrial, StartTrial, ToTrial } from './messages.ts'
import type { TrialError } from './outcome.ts'

/** How a process ended: by its last word, or without one. */
export type TrialEnd = { kind: 'done' } | { kind: 'aborted' } | { kind: 'failed' | 'crashed'; error: TrialError }

export interface TrialProcess {
  ended: Promise<TrialEnd>
  /** Asks it to save and end. */
  abort(): void
}

export interface ProcessOptions {
  /** Threads that it may use. */
  threads: number
  onEpoch?: ((record: EpochRecord, epochs: number) => void) | undefined
}

/** In the source beside this file; in dist/ a bundle of its own. */
function entry(): string {
  const here = import.meta.url
  return fileURLToPath(new URL(here.endsWith('.ts') ? './trial-process.ts' : '../../trial.js', here))
}

/** The last of what a process wrote to standard error is kept, for who wants to know why it ended. */
const KEPT_CHARACTERS = 2000

export function startTrial(message: Omit<StartTrial, 'kind'>, { threads, onEpoch }: ProcessOptions): TrialProcess {
  const env = { ...process.env, NABLA_THREADS: process.env.NABLA_THREADS ?? String(threads) }
  // What the user's own code prints is not part of the search's results.
  const child = fork(entry(), [], { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  const tell = (word: ToTrial) => {
    if (child.connected) child.send(word, () => {})
  }
  tell({ kind: 'start', ...message })
  return { ended: waitFor(child, onEpoch), abort: () => tell({ kind: 'abort' }) }
}

function waitFor(child: ChildProcess, onEpoch: ProcessOptions['onEpoch']): Promise<TrialEnd> {
  let last: TrialEnd | undefined
  let errors = ''
  child.stderr?.on('data', (text) => {
    errors = `${errors}${text}`.slice(-KEPT_CHARACTERS)
  })
  child.on('message', (message: FromTrial) => {
    if (message.kind === 'epoch') onEpoch?.(message.record, message.epochs)
    else last = message
  })
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ kind: 'crashed', error: crash(error.message) }))
    child.on('close', (code, signal) => {
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`
      const said = errors.trim().split('\n').pop() ?? ''
      resolve(last ?? { kind: 'crashed', error: crash(said === '' ? how : `${how}: ${said}`) })
    })
  })
}

function crash(received: string): TrialError {
  return {
    code: 'E-ENVIRONMENT',
    where: 'the process of the trial',
    expected: 'a process that ends by itself',
    received,
    fix: 'see that there is memory enough, or use fewer --jobs; --resume tries it again.',
  }
}
