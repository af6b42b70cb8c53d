/** A run that is stopped and goes on gives the same bits as one that was never stopped. */

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dataset } from '../data/index.ts'
import { adam, batchNorm, crossEntropy, dense, dropout, network, plateau, relu, rmsprop } from '../network/index.ts'
import { RandomStream } from '../shared/index.ts'
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint, type FitOptions, fit, type Run } from './index.ts'
import { checkpointFolder, latestCheckpoint, RunFolder } from './node.ts'

const random = new RandomStream(4, 0)
const inputs = Array.from({ length: 43 }, () => [random.normal(), random.normal()])
const data = dataset({ inputs, labels: inputs.map(([x = 0, y = 0]) => (x * y > 0 ? 1 : 0)) })
const net = network({ input: [2] }, dense(8), batchNorm(), relu(), dropout(0.2), dense(2))
// 43 samples, 8 a batch: six steps an epoch, the last one short.
const options: FitOptions = {
  loss: crossEntropy(),
  optimizer: adam(0.01),
  schedule: plateau({ patience: 0, factor: 0.5, leastGain: 0.01 }),
  metrics: ['f1', 'rocAuc'],
  validation: dataset({ inputs: inputs.slice(0, 9), labels: [0, 1, 0, 1, 1, 0, 0, 1, 1] }),
  epochs: 5,
  batchSize: 8,
  seed: 3,
}

/** What has to be the same: all but clocks. */
const bitsOf = ({ model, history, best, kept }: Run) => ({
  parameters: model.parameters,
  history: history.map(({ seconds: _, ...record }) => record),
  best,
  kept,
})

describe.each(['wasm', 'reference'])('on %s', (backend) => {
  test('a run goes on to the same bits from wherever it was stopped', async () => {
    const saved: Uint8Array[] = []
    const checkpoint = { everySteps: 1, save: (each: Checkpoint) => void saved.push(encodeCheckpoint(each)) }
    const whole = await fit(net, data, { ...options, backend, checkpoint })
    expect(whole.stopped.step).toBe(30)
    expect(saved.length).toBeGreaterThanOrEqual(29)
    // Every fourth step: beginnings, middles and ends of epochs.
    for (const bytes of saved.filter((_, i) => i % 4 === 0 || i === 5)) {
      const resumed = await fit(net, data, { ...options, backend, resume: decodeCheckpoint(bytes) })
      expect(bitsOf(resumed)).toEqual(bitsOf(whole))
    }
  })

  test('a run that was interrupted in an epoch goes on', async () => {
    const whole = await fit(net, data, { ...options, backend })
    const saved: Checkpoint[] = []
    const controller = new AbortController()
    const cut = await fit(net, data, {
      ...options,
      backend,
      signal: controller.signal,
      onStep: ({ step }) => step === 15 && controller.abort(),
      checkpoint: { save: (each) => void saved.push(each) },
    })
    const last = saved.at(-1)
    expect(cut.stopped).toMatchObject({ reason: 'aborted', step: 15 })
    const resumed = await fit(net, data, { ...options, backend, ...(last && { resume: last }) })
    expect(bitsOf(resumed)).toEqual(bitsOf(whole))
  })
})

describe('a checkpoint', () => {
  const one = async (): Promise<Checkpoint> => {
    const saved: Checkpoint[] = []
    await fit(net, data, { ...options, stopping: { steps: 4 }, checkpoint: { save: (each) => void saved.push(each) } })
    const last = saved.at(-1)
    if (last === undefined) throw new Error('nothing was saved')
    return last
  }

  test.each<[string, Partial<FitOptions>]>([
    ['seed', { seed: 4 }],
    ['batchSize', { batchSize: 9 }],
    ['optimizer', { optimizer: rmsprop(0.01) }],
    ['optimizer', { optimizer: adam(0.02) }],
    ['shuffle', { shuffle: false }],
    ['schedule', { schedule: plateau() }],
  ])('of a run with another %s is refused', async (field, other) => {
    await expect(fit(net, data, { ...options, ...other, resume: await one() })).rejects.toMatchObject({
      code: 'E-MODEL',
      where: `resume, ${field}`,
    })
  })

  test('keeps figures that are no numbers', async () => {
    const checkpoint = await one()
    const epoch = { epoch: 1, step: 6, loss: -0, learningRate: 1, seconds: 1, metrics: { rocAuc: Number.NaN } }
    const best = { epoch: 1, metric: 'NaN', value: Number.NEGATIVE_INFINITY }
    const host = { ...checkpoint.host, history: [epoch], best, metricMemories: [[Number.NaN, 1]] }
    expect(decodeCheckpoint(encodeCheckpoint({ ...checkpoint, host })).host).toEqual(host)
  })

  test('that is damaged, or is something else, is refused', async () => {
    const bytes = encodeCheckpoint(await one())
    expect(() => decodeCheckpoint(bytes.slice(0, bytes.length - 1))).toThrow(/E-DATA/)
    const text = new TextDecoder('latin1').decode(bytes).replace('nabla.checkpoint/1', 'nabla.checkpoint/7')
    expect(() => decodeCheckpoint(Uint8Array.from(text, (c) => c.charCodeAt(0)))).toThrow(/E-MODEL.*schema/)
  })
})

describe('a folder of checkpoints', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nabla-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  test('keeps the last ones, and the run goes on from the newest', async () => {
    const directory = join(folder, 'checkpoints')
    expect(await latestCheckpoint(directory)).toBeUndefined()
    const checkpoint = checkpointFolder(directory, { everySteps: 4, keep: 2 })
    const whole = await fit(net, data, { ...options, checkpoint })
    expect((await readdir(directory)).sort()).toEqual([
      'checkpoint-000000024.safetensors',
      'checkpoint-000000028.safetensors',
    ])
    const latest = await latestCheckpoint(directory)
    expect(latest?.engine.step).toBe(28)
    const resumed = await fit(net, data, { ...options, ...(latest && { resume: latest }) })
    expect(bitsOf(resumed)).toEqual(bitsOf(whole))
    await writeFile(join(directory, 'checkpoint-000000099.safetensors'), 'x')
    await expect(latestCheckpoint(directory)).rejects.toMatchObject({ code: 'E-DATA' })
  })

  test('and of a run: the epochs after the checkpoint are written once', async () => {
    const directory = join(folder, 'run')
    const first = await RunFolder.create(directory, {})
    const checkpoint = checkpointFolder(join(directory, 'checkpoints'), { everySteps: 9 })
    await fit(net, data, { ...options, epochs: 4, checkpoint, onEpoch: first.recordEpoch })
    const latest = await latestCheckpoint(join(directory, 'checkpoints'))
    expect(latest?.engine.step).toBe(18)
    const again = await RunFolder.resume(directory, latest?.host.history ?? [])
    const run = await fit(net, data, { ...options, ...(latest && { resume: latest }), onEpoch: again.recordEpoch })
    await again.finish(run)
    const lines = (await readFile(join(directory, 'metrics.jsonl'), 'utf8')).trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).epoch)).toEqual([1, 2, 3, 4, 5])
  })
})
