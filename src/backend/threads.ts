/** How many threads a backend uses: what it is told, else what NABLA_THREADS says, else as many as the machine runs at once. */

import { NablaError } from '../shared/index.ts'

/** More than this is a mistake. */
const MOST_THREADS = 64

interface ProcessLike {
  readonly env?: Readonly<Record<string, string | undefined>>
  getBuiltinModule?(name: 'node:os'): { availableParallelism(): number } | undefined
}

function defaultThreads(environment: Readonly<Record<string, string | undefined>> | undefined): number {
  const node = (globalThis as { process?: ProcessLike }).process
  const said = (environment ?? node?.env)?.NABLA_THREADS
  if (said !== undefined && said !== '') return checkThreads(said, 'the environment variable NABLA_THREADS')
  const os = node?.getBuiltinModule?.('node:os')
  const browser = (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator
  return Math.min(os?.availableParallelism() ?? browser?.hardwareConcurrency ?? 1, MOST_THREADS)
}

/** @throws NablaError E-VALUE unless it is a whole number from 1 to 64. */
export function checkThreads(given: number | string, where = 'threads'): number {
  const count = Number(given)
  if (Number.isInteger(count) && count >= 1 && count <= MOST_THREADS) return count
  throw new NablaError({
    code: 'E-VALUE',
    where,
    expected: `a whole number from 1 to ${MOST_THREADS}`,
    received: String(given),
    fix: 'give the number of threads to compute on.',
  })
}

/** @throws NablaError E-VALUE for a number that is none, given or in the environment. */
export function threadsOf(
  given: number | undefined,
  environment?: Readonly<Record<string, string | undefined>>,
): number {
  return given === undefined ? defaultThreads(environment) : checkThreads(given)
}
