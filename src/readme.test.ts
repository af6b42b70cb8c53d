/** The programs in README.md run, and print what stands beside them; the experiments there and in the guide are right. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, it, vi } from 'vitest'
import { loadExperiment, resolveExperiment } from './experiment/node.ts'

const root = join(import.meta.dirname, '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const guide = readFileSync(join(root, 'docs/experiments.md'), 'utf8')
const blocksOf = (page: string) => [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, program = '']) => program)
const isExperiment = (program: string) => program.includes('export default defineExperiment')
const programs = blocksOf(readme).filter((program) => !isExperiment(program))
const experiments = [...blocksOf(readme), ...blocksOf(guide)].filter(isExperiment)

/** Runs a program as a module of this project; what it logged, value by value. */
async function logsOf(program: string): Promise<unknown[]> {
  mkdirSync(join(root, '.build'), { recursive: true })
  const folder = mkdtempSync(join(root, '.build', 'readme-'))
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  try {
    const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
    writeFileSync(join(folder, 'program.js'), ts.transpileModule(program, { compilerOptions: options }).outputText)
    await import(/* @vite-ignore */ join(folder, 'program.js'))
    return log.mock.calls.flat()
  } finally {
    log.mockRestore()
    rmSync(folder, { recursive: true, force: true })
  }
}

it('has two programs', () => expect(programs).toHaveLength(2))

it.each(experiments)('describes an experiment that is right: %s', async (program) => {
  mkdirSync(join(root, '.build'), { recursive: true })
  const folder = mkdtempSync(join(root, '.build', 'readme-'))
  try {
    writeFileSync(join(folder, 'experiment.ts'), program)
    const { experiment } = resolveExperiment(await loadExperiment(join(folder, 'experiment.ts')))
    expect(experiment).toMatchObject({ data: { kind: 'csv' }, network: { hidden: expect.any(Array) } })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

it('trains a network', async () => {
  const [last, labels] = await logsOf(programs[0] ?? '')
  expect(last).toMatchObject({ epoch: 100, accuracy: 1 })
  expect(labels).toEqual(['different'])
})

it('compiles a gradient', async () => {
  const [values] = (await logsOf(programs[1] ?? '')) as [Float32Array]
  const truth = [-1, 0, 2].map((x) => Math.tanh(x) + x * (1 - Math.tanh(x) ** 2))
  expect(values).toHaveLength(3)
  for (const [at, value] of truth.entries()) expect(values[at]).toBeCloseTo(value, 5)
})
