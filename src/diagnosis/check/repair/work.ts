/**
 * Limits of a search, in milliseconds that this process has worked: a busy machine takes longer, and finds the same.
 * Only for what runs without a pause, since the process may work on something else in between.
 */

export function workDone(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
