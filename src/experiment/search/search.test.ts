/** Searches as their users see them: processes, folders, interruptions. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Built, buildNabla } from '../built.fixture.ts'
import type { TrialOutcome } from './outcome.ts'

let nabla: Built
const folder = mkdtempSync(join(tmpdir(), 'nabla search '))

const EXPERIMENT = `
import { defineExperiment, dataset, dense, network, tanh } from 'nabla'
const inputs: number[][] = Array.from({ length: 60 }, (_, i) => [Math.sin(i), Math.cos(3 * i)])
export default defineExperiment({
  name: 'circles',
  data: () => dataset({ inputs, labels: inputs.map(([x = 0, y = 0]) => (x * y > 0 ? 1 : 0)) }),
  network: ({ input, outputs }) => network({ input }, dense(6), tanh(), dense(outputs)),
  epochs: 12,
  batchSize: 8,
  backend: 'reference',
  checkpoint: { everySteps: 3 },
  search: {
    metric: 'validationLoss',
    seed: 3,
    trials: 4,
    vary: {
      'optimizer.learningRate': { logUniform: [1e-3, 1e-1] },
      'optimizer.name': ['adam', 'rmsprop', 'adamm'],
    },
  },
})
`

beforeAll(async () => {
  nabla = await buildNabla()
  writeFileSync(join(folder, 'circles.ts'), EXPERIMENT)
}, 120_000)
afterAll(() => {
  nabla.remove()
  rmSync(folder, { recursive: true, force: true })
})

const outcomesOf = (directory: string): TrialOutcome[] =>
  readFileSync(join(folder, directory, 'results.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

/** What has to be the same however a search was interrupted: all but clocks and places. */
const bitsOf = (outcomes: readonly TrialOutcome[]) =>
  [...outcomes]
    .sort((a, b) => a.trial - b.trial)
    .map(({ trial, values, status, value, epochs, error }) => ({ trial, values, status, value, epochs, error }))

describe('a search', () => {
  test('tries what it says, notes what fails, and goes on to the same figures when it is killed', async () => {
    const whole = await nabla.start(['search', 'circles.ts', '--jobs', '2', '--out', 'whole', '--json'], folder).ended
    expect(whole.code).toBe(0)
    const document = JSON.parse(whole.stdout)
    expect(document).toMatchObject({ schema: 'nabla.search/1', metric: 'validationLoss', better: 'lower', left: 0 })
    const { outcomes } = document as { outcomes: TrialOutcome[] }
    expect(outcomes.map(({ status }) => status)).toEqual(['done', 'done', 'done', 'failed'])
    const values = outcomes.slice(0, 3).map(({ value }) => value ?? Number.NaN)
    expect([...values].sort((a, b) => a - b)).toEqual(values)
    expect(outcomes[3]?.error).toMatchObject({
      code: 'E-NAME',
      where: 'optimizer (trial 3)',
      received: '"adamm"',
      fix: 'did you mean "adam"?',
    })
    // The best run is a run like any other.
    const best = readFileSync(join(folder, document.best.run, 'config.json'), 'utf8')
    expect(JSON.parse(best).experiment.optimizer).toMatchObject({
      learningRate: document.best.values['optimizer.learningRate'],
    })

    const killed = nabla.start(['search', 'circles.ts', '--jobs', '1', '--out', 'killed'], folder)
    await killed.said('2/4')
    killed.child.kill('SIGKILL')
    await killed.ended
    const before = outcomesOf('killed')
    expect(before.length).toBeGreaterThanOrEqual(2)
    const again = await nabla.start(['search', '--resume', 'killed', '--jobs', '2'], folder).ended
    expect(again.code).toBe(0)
    expect(again.stderr).toContain(`4 trials in killed, ${before.length} of them ended before\n`)
    const after = outcomesOf('killed')
    expect(after.slice(0, before.length)).toEqual(before)
    expect(bitsOf(after)).toEqual(bitsOf(outcomes))
  }, 180_000)

  test('stops its trials on Ctrl-C, ends with 130, and goes on', async () => {
    const args = ['search', 'circles.ts', '--out', 'cut', '--set', 'search.jobs=2', '--checkpoint-steps', '50']
    const cut = nabla.start([...args, '--epochs', '100000', '--max-steps', '500'], folder)
    await cut.said('4 trials in cut')
    while (!existsWithin('cut/trials/0001/metrics.jsonl')) await new Promise((resolve) => setTimeout(resolve, 20))
    cut.child.kill('SIGINT')
    const { code, stderr } = await cut.ended
    expect(code).toBe(130)
    expect(stderr).toContain('nabla search --resume cut')
    const lines = () => readFileSync(join(folder, 'cut/trials/0001/metrics.jsonl'), 'utf8').split('\n').length
    const held = lines()
    expect(readdirSync(join(folder, 'cut/trials/0001/checkpoints')).length).toBeGreaterThan(0)
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(lines()).toBe(held)
    writeFileSync(join(folder, 'circles.ts'), `${EXPERIMENT}// another\n`)
    const changed = await nabla.start(['search', '--resume', 'cut'], folder).ended
    writeFileSync(join(folder, 'circles.ts'), EXPERIMENT)
    expect(changed.stderr).toContain('a file that was changed since')
    const again = await nabla.start(['search', '--resume', 'cut', '--quiet'], folder).ended
    expect(again.code).toBe(0)
    expect(
      outcomesOf('cut')
        .map(({ stopped }) => stopped?.step ?? 0)
        .sort(),
    ).toEqual([0, 500, 500, 500])
  }, 180_000)

  test('is a function too, of plain data; with nothing but failures it ends with 1', async () => {
    mkdirSync(join(folder, 'program'))
    writeFileSync(
      join(folder, 'rows.csv'),
      `x,y\n${Array.from({ length: 30 }, (_, i) => `${i},${2 * i}`).join('\n')}\n`,
    )
    const program = `
      import { runSearch } from ${JSON.stringify(join(nabla.folder, 'node.js'))}
      const told = []
      const result = await runSearch(
        {
          data: { kind: 'csv', path: 'rows.csv', target: 'y' }, backend: 'reference', epochs: 2, out: 'plain',
          search: { vary: { 'network.hidden': { grid: [[4], [3, 3]] }, seed: [1, 2] } },
        },
        { onOutcome: ({ trial }) => told.push(trial) },
      )
      const { better, metric, outcomes } = result
      console.log(JSON.stringify({ better, metric, told: told.sort(), count: outcomes.length }))
    `
    writeFileSync(join(folder, 'program.mjs'), program)
    const { spawnSync } = await import('node:child_process')
    const { stdout, stderr } = spawnSync(process.execPath, ['program.mjs'], { cwd: folder, encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual({ better: 'lower', metric: 'validationLoss', told: [1, 2, 3, 4], count: 4 })
    const failing = ['search', 'rows.csv', '--target', 'y', '--vary', 'epochs=grid(0)', '--out', 'failing']
    const failed = await nabla.start(failing, folder).ended
    expect(failed.code).toBe(1)
    expect(failed.stdout).toContain('failed: E-VALUE')
  }, 180_000)
})

function existsWithin(path: string): boolean {
  try {
    return readFileSync(join(folder, path)).length > 0
  } catch {
    return false
  }
}
