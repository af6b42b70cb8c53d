/** Experiments from files: run, repeated, overridden, interrupted and gone on with. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readHistory } from '../training/node.ts'
import { main } from './main.ts'
import { type Place, recordingIo } from './recording-io.fixture.ts'

const home = process.cwd()
let folder = ''

const CODE = `
import { adam, cosine, dataset, defineExperiment, dense, dropout, network, relu } from 'nabla'
const inputs: number[][] = Array.from({ length: 50 }, (_, i) => [Math.sin(i), Math.cos(2 * i)])
export default defineExperiment({
  name: 'waves',
  data: () => dataset({ inputs, labels: inputs.map(([x = 0, y = 0]) => (x > y ? 'above' : 'below')) }),
  network: ({ input, outputs }) => network({ input }, dense(8), relu(), dropout(0.1), dense(outputs)),
  optimizer: adam(0.01, { beta1: 0.8 }),
  schedule: cosine({ floor: 0.1 }),
  backend: 'reference',
  batchSize: 7,
  epochs: 6,
})
`

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nabla experiment '))
  process.chdir(folder)
  writeFileSync('waves.ts', CODE)
  const rows = Array.from({ length: 40 }, (_, i) => `${Math.sin(i)},${Math.cos(i)},${i === 0 ? 'rare' : 'common'}`)
  writeFileSync('rare.csv', ['a,b,kind', ...rows].join('\n'))
})

afterAll(() => {
  process.chdir(home)
  rmSync(folder, { recursive: true, force: true })
})

beforeEach(() => rmSync('runs', { recursive: true, force: true }))

async function nabla(args: readonly string[], place: Place = {}) {
  const recorded = recordingIo(place)
  const code = await main(args, recorded.io)
  return { code, stdout: recorded.stdout(), stderr: recorded.stderr() }
}

const words = (line: string) => line.split(' ')
const config = (run: string) => JSON.parse(readFileSync(join(run, 'config.json'), 'utf8'))
const bits = (run: string) => readFileSync(join(run, 'model.safetensors')).toString('base64')
const withoutClock = async (run: string) => (await readHistory(run)).map(({ seconds: _, ...record }) => record)

describe('an experiment in a file', () => {
  it('is run, saved with everything resolved, and repeated from that to the same bits', async () => {
    expect((await nabla(words('train waves.ts --quiet'))).code).toBe(0)
    expect(config('runs/waves-1')).toMatchObject({
      schema: 'nabla.run/2',
      experiment: {
        data: { code: expect.any(String) },
        network: { layers: [{ kind: 'dense', units: 8 }, { kind: 'relu' }, { kind: 'dropout' }, { units: 2 }] },
        loss: { name: 'crossEntropy' },
        optimizer: { name: 'adam', learningRate: 0.01, beta1: 0.8, beta2: 0.999 },
        schedule: { name: 'cosine', floor: 0.1 },
        validation: 0.1,
        batchSize: 7,
      },
      file: { path: 'waves.ts' },
    })
    await nabla(words('train runs/waves-1/config.json'))
    expect(bits('runs/waves-2')).toBe(bits('runs/waves-1'))
    // Code that was changed is taken as it is now, and that is said.
    writeFileSync('waves.ts', `${CODE}// changed\n`)
    expect((await nabla(words('train runs/waves-1/config.json'))).stderr).toContain('waves.ts was changed since')
    writeFileSync('waves.ts', CODE)
  })

  it('of plain data needs no file to be repeated, and no second set of defaults', async () => {
    await nabla(words('train rare.csv --target kind --validation none --epochs 2 --backend reference --out runs/a'))
    const { experiment } = config('runs/a')
    await nabla(words('train runs/a/config.json --out runs/b'))
    expect(config('runs/b').experiment).toEqual(experiment)
    expect(bits('runs/b')).toBe(bits('runs/a'))
  })

  it('is overridden field by field: by variables, by flags over them, by --set over what code made', async () => {
    const line = 'train waves.ts --quiet --epochs 2 --stop-at accuracy>2 --patience 3 --set optimizer.beta2=0.9'
    const env = { NABLA_EPOCHS: '9', NABLA_LEARNING_RATE: '0.02', NABLA_METRICS: 'f1,rocAuc' }
    expect((await nabla(words(line), { env })).code).toBe(0)
    expect(config('runs/waves-1').experiment).toMatchObject({
      epochs: 2,
      optimizer: { name: 'adam', learningRate: 0.02, beta1: 0.8, beta2: 0.9 },
      metrics: ['f1', 'rocAuc'],
      stopping: { target: [{ metric: 'accuracy', above: 2 }], patience: { epochs: 3, restoreBest: true } },
    })
    // Another optimizer has no use for the options of the first.
    await nabla(words('train waves.ts --quiet --optimizer sgd --learning-rate 0.5 --schedule stepDecay,every=2'))
    expect(config('runs/waves-2').experiment).toMatchObject({
      optimizer: { name: 'sgd', learningRate: 0.5, momentum: 0 },
      schedule: { name: 'stepDecay', every: 2, factor: 0.1 },
    })
    await nabla([
      ...words('train waves.ts --quiet --schedule none --network'),
      'dense(4) layerNorm tanh dense(outputs)',
    ])
    expect(config('runs/waves-3').experiment.schedule).toBeUndefined()
    const kinds = config('runs/waves-3').experiment.network.layers.map(({ kind }: { kind: string }) => kind)
    expect(kinds).toEqual(['dense', 'layerNorm', 'tanh', 'dense'])
  })

  it('names every field with what it takes', async () => {
    const { stdout } = await nabla(words('train --fields --json'))
    const paths = JSON.parse(stdout).fields.map(({ path }: { path: string }) => path)
    expect(paths).toEqual(expect.arrayContaining(['optimizer.learningRate', 'data.target', 'stopping.patience.epochs']))
  })
})

describe('a figure that is no number', () => {
  it('is "NaN" in the run and in its JSON, and NaN when it is read', async () => {
    // One sample of the rare class: it is in the training part or in the other, and ROC wants both.
    const line = 'train rare.csv --target kind --metrics rocAuc --epochs 2 --backend reference --out runs/a --json'
    const { code, stdout, stderr } = await nabla(words(line))
    expect(code).toBe(0)
    expect(readFileSync('runs/a/metrics.jsonl', 'utf8')).toMatch(/ocAuc":"NaN"/)
    expect(JSON.stringify(JSON.parse(stdout).epochs)).toMatch(/ocAuc":"NaN"/)
    expect(stderr).toMatch(/ocAuc NaN/)
    const figures = (await readHistory('runs/a')).flatMap(({ metrics }) => Object.values(metrics ?? {}))
    expect(figures.some(Number.isNaN)).toBe(true)
  })
})

describe('a run that was stopped', () => {
  it('goes on to the bits of one that was not', async () => {
    await nabla(words('train waves.ts --epochs 60 --out runs/whole --quiet'))
    const recorded = recordingIo()
    const ended = main(words('train waves.ts --epochs 60 --out runs/cut'), recorded.io)
    while (!recorded.stderr().includes('epoch  5/')) await new Promise((resolve) => setTimeout(resolve, 2))
    recorded.interrupt()
    expect(await ended).toBe(130)
    expect(readdirSync('runs/cut/checkpoints')).toHaveLength(1)
    const before = (await readHistory('runs/cut')).length
    expect(before).toBeLessThan(60)
    const { code, stderr } = await nabla(words('train --resume runs/cut'))
    expect(code).toBe(0)
    expect(stderr).toContain('going on in runs/cut after step ')
    expect(bits('runs/cut')).toBe(bits('runs/whole'))
    expect(await withoutClock('runs/cut')).toEqual(await withoutClock('runs/whole'))
  })

  it('goes on only as itself, and only where it was', async () => {
    const refusal = async (line: string) => JSON.parse((await nabla([...words(line), '--json'])).stdout)
    await nabla(words('train waves.ts --out runs/a --max-steps 10'))
    expect(await refusal('train --resume runs/a --learning-rate 0.5 --max-steps 20')).toMatchObject({
      code: 'E-MODEL',
      where: 'resume, optimizer',
    })
    expect(await refusal('train waves.ts --resume runs/a')).toMatchObject({ received: 'runs/a and waves.ts' })
    expect(await refusal('train --resume runs/nowhere')).toMatchObject({ code: 'E-FILE' })
    const further = await nabla(words('train --resume runs/a --max-steps 20'))
    expect(further.stderr).toContain('stopped: 20 steps are done')
    expect(config('runs/a').experiment.stopping).toEqual({ steps: 20 })
    await nabla(words('train --resume runs/a --set stopping.steps=none'))
    expect(await refusal('train --resume runs/a')).toMatchObject({
      code: 'E-USAGE',
      received: 'one that ended: epochs',
    })
  })
})
