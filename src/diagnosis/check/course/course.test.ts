/** A watched run ends as soon as what it is watched for is known. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { findPython } from '../interpreter.ts'
import { observe } from '../observe.ts'
import { runTracer, type TraceRequest } from '../trace/run.ts'
import { courseOf, levelAt, recentLevel, type WatchedLoss } from './course.ts'
import { mayOvershoot } from './curvature.ts'

const folder = mkdtempSync(join(tmpdir(), 'nabla-course-'))
const path = join(folder, 'falls.py')
const COUNT = 5000
writeFileSync(path, `loss = 8.0\nfor step in range(${COUNT}):\n    loss = loss * 0.999\n`)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function watched(until: TraceRequest['until']) {
  const python = await findPython(path)
  const site = { file: 'falls.py', line: 3, column: 11, endLine: 3, endColumn: 23, kind: 'BinOp', statement: -1 }
  const loss: WatchedLoss = { site: { ...site, function: '' }, square: false, name: 'loss', factor: 1 }
  return courseOf((request) => runTracer(python, { ...request, path }, 20_000), loss, [], {
    seconds: 20,
    ...(until && { until }),
  })
}

describe('a watched run', () => {
  it('goes on to its end where nothing is to be decided', async () => {
    const course = await watched(undefined)
    expect([course.count, course.ended, course.decided]).toEqual([COUNT, true, undefined])
    expect(levelAt(course)).toBeLessThan(0.1)
  })

  it('ends where the loss is at a share of its beginning', async () => {
    const course = await watched({ share: 0.5 })
    expect(course.decided).toBe('reached')
    expect(course.count).toBeLessThan(800)
    expect(recentLevel(course)).toBeLessThan(4)
  })

  it('ends where the loss is below a level, or still above one after so many values', async () => {
    const [below, above] = await Promise.all([
      watched({ below: 1 }),
      watched({ below: 1e-9, hopeless: [1000, 0.01] as const }),
    ])
    expect([below.decided, above.decided]).toEqual(['reached', 'hopeless'])
    expect(below.count).toBeLessThan(COUNT)
    expect(above.count).toBeLessThan(1100)
  })

  it('is stopped alone', async () => {
    const stop = new AbortController()
    const python = await findPython(path)
    const run = runTracer(python, { path, signal: stop.signal }, 20_000)
    stop.abort(new Error('enough'))
    await expect(run).rejects.toThrow('enough')
  })
})

describe('a first step', () => {
  const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}.py`, import.meta.url))

  it.each([
    ['setup/rate-high', true],
    ['setup/rate-low', false],
  ])('%s: overshoots, or may: %s', async (name, expected) => {
    const { analysis } = await observe(fixture(name), {})
    expect(mayOvershoot(analysis)).toBe(expected)
  })
})
