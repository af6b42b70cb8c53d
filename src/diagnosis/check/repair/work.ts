/**
 * Limits of a search, in milliseconds that this process has worked: a busy machine takes longer, and finds the same.
 * Only for what runs without a pause, since the process may work on something else in between.
 */

export function workDone(): number {
  // The clock is much cheaper to ask than the system, and no process works more than the time that passes, for each of its threads.
  const now = performance.now()
  if (now - asked < ASK_AGAIN_MS) return known
  const { user, system } = process.cpuUsage()
  asked = now
  known = (user + system) / 1000
  return known
}

const ASK_AGAIN_MS = 2
let asked = Number.NEGATIVE_INFINITY
let known = 0
