/** Ctrl-C: the first stops the run after its step, so that it can be saved; the second ends the process at once. */

import { EXIT } from './exit-codes.ts'
import type { CommandIo } from './io.ts'

/**
 * One Ctrl-C arrives twice where a package manager stands between: from the terminal and passed on. Signals closer
 * than this are taken for one.
 */
const SAME_SIGNAL_MS = 300

export interface Interruption {
  readonly signal: AbortSignal
  readonly happened: boolean
  /** Leaves signals to the process again. */
  release(): void
}

/** `onFirst` is told of the first signal. */
export function watchInterrupts(io: CommandIo, onFirst: () => void): Interruption {
  const controller = new AbortController()
  let firstMs = 0
  const release = io.onInterrupt(() => {
    if (!controller.signal.aborted) {
      firstMs = performance.now()
      controller.abort()
      onFirst()
    } else if (performance.now() - firstMs > SAME_SIGNAL_MS) io.exit(EXIT.interrupted)
  })
  return {
    signal: controller.signal,
    get happened() {
      return controller.signal.aborted
    },
    release,
  }
}
