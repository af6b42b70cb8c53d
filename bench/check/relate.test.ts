import { describe, expect, test } from 'vitest'
import { isTwoFaults, type Observation, type Request, relate } from './relate.ts'

/** A script of two numbers that takes `steps`, as observe.py reports it: each step is one change of both. */
function runOf(steps: readonly (readonly number[])[]): Observation {
  let now = [1, 2]
  const course = steps.map((step, i): [number, number[]] => {
    now = now.map((x, k) => x + (step[k] ?? 0))
    return [i + 1, now]
  })
  const first = Object.fromEntries((steps[0] ?? []).map((x, k): [string, [number, number]] => [String(k), [1, x]]))
  return { first, start: [1, 2], course, changes: steps.length, ended: true, error: null }
}

const BASE = [
  [0.1, -0.2],
  [0.05, -0.1],
  [0.02, -0.05],
]
const times = (factor: number) => BASE.map((step) => step.map((x) => factor * x))

/** Runs of the original and of the changed script; of the latter also with its updates rescaled, and with less epsilon. */
function relation(runs: {
  changed: Observation
  rescaled?: Observation
  exact?: [original: Observation, changed: Observation]
}) {
  const observe = async ({ source, rescale, shrink }: Request): Promise<Observation> => {
    const seen =
      source === 'original'
        ? shrink
          ? runs.exact?.[0]
          : runOf(BASE)
        : shrink
          ? runs.exact?.[1]
          : rescale
            ? runs.rescaled
            : runs.changed
    if (seen === undefined) throw new Error('a run that this case does not need')
    return seen
  }
  return relate({ source: 'original', parameters: 'p' }, { source: 'changed', parameters: 'p' }, observe)
}

describe('what a change does to a script', () => {
  test('the same numbers: nothing', async () => {
    expect(await relation({ changed: runOf(BASE) })).toBe('same')
  })

  test('a multiple at every step is right', async () => {
    expect(await relation({ changed: runOf(times(3)), rescaled: runOf(BASE) })).toBe('rescaled')
  })

  test('a multiple at the first step only is a fault', async () => {
    const later = runOf([
      [0.1, -0.2],
      [0.3, 0.1],
      [0.2, -0.5],
    ])
    expect(await relation({ changed: runOf(times(0.1)), rescaled: later })).toBe('fault')
  })

  test('a multiple that diverges is neither', async () => {
    const far = runOf([...times(3).slice(0, 2), [Number.NaN, 0]])
    const course = far.course.map(([at, numbers]): [number, (number | null)[]] => [
      at,
      numbers.map((x) => (Number.isNaN(x) ? null : x)),
    ])
    expect(await relation({ changed: { ...far, course }, rescaled: runOf(BASE) })).toBe('neither')
  })

  test('another sign, another direction, a parameter that stays: faults', async () => {
    expect(await relation({ changed: runOf(times(-1)) })).toBe('fault')
    expect(await relation({ changed: runOf([[0.1, -0.4], ...BASE.slice(1)]) })).toBe('fault')
    const stays = runOf(BASE)
    expect(await relation({ changed: { ...stays, first: { 0: [1, 0.1] } } })).toBe('fault')
  })

  test('the same first step and another course is a fault', async () => {
    const changed = runOf([
      [0.1, -0.2],
      [0.15, -0.3],
      [0.17, -0.35],
    ])
    expect(await relation({ changed, exact: [runOf(BASE), changed] })).toBe('fault')
  })

  test('what vanishes with the epsilon is right where all numbers share it, and neither where some do', async () => {
    const exact: [Observation, Observation] = [runOf(BASE), runOf(times(1 + 1e-9))]
    expect(await relation({ changed: runOf(times(1 + 1e-5)), rescaled: runOf([[9, 9]]), exact })).toBe('absorbed')
    const all = runOf([[0.100001, -0.200001], ...BASE.slice(1)])
    expect(await relation({ changed: all, exact })).toBe('absorbed')
    const some = runOf([[0.100001, -0.2], ...BASE.slice(1)])
    expect(await relation({ changed: some, exact })).toBe('neither')
  })

  test('a script that does not run is none', async () => {
    expect(await relation({ changed: { ...runOf(BASE), error: 'ValueError: shapes' } })).toBe('no script')
  })
})

describe('two faults in one script', () => {
  const turned = BASE.map(([a = 0, b = 0]) => [a, -b])
  const doubled = BASE.map(([a = 0, b = 0]) => [2 * a, b])
  const runs = { original: BASE, first: turned, second: doubled }
  const request = (source: string): Request => ({ source, parameters: 'p' })

  /** With `both` for the script that has the two. */
  function areTwo(both: readonly (readonly number[])[]) {
    const all: Readonly<Record<string, Observation>> = Object.fromEntries(
      Object.entries({ ...runs, both }).map(([name, steps]) => [name, runOf(steps)]),
    )
    const observe = async ({ source }: Request) => all[source] ?? runOf(BASE)
    const [original, first, second] = [request('original'), request('first'), request('second')]
    return isTwoFaults({ original, first, second, both: request('both') }, observe)
  }

  test('two that each change something', async () => {
    expect(await areTwo(BASE.map(([a = 0, b = 0]) => [2 * a, -b]))).toBe(true)
  })

  test('two that undo each other, or one that hides the other', async () => {
    expect(await areTwo(BASE)).toBe(false)
    expect(await areTwo(turned)).toBe(false)
    expect(await areTwo(doubled)).toBe(false)
  })
})
