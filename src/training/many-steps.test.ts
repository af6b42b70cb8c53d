/** Tiny networks take many steps in one call: the same run, bit for bit, as one step after another. */

import { describe, expect, it, vi } from 'vitest'
import { wasmWith } from '../backend/index.ts'
import { dataset } from '../data/index.ts'
import { adam, batchNorm, cosine, crossEntropy, dense, dropout, mse, network, relu, sgd } from '../network/index.ts'
import { RandomStream } from '../shared/index.ts'
import { type Checkpoint, type FitOptions, fit, type Run } from './index.ts'

const random = new RandomStream(4, 9)
const COUNT = 614
const inputs = Array.from({ length: COUNT }, () => [random.normal(), random.normal(), random.normal()])
const labels = inputs.map(([a = 0, b = 0]) => (a * b > 0 ? 'same' : 'other'))
const classes = dataset({ inputs, labels, sampleWeights: inputs.map((_, i) => 1 + (i % 3)) })
const values = dataset({ inputs, targets: inputs.map(([a = 0, b = 0, c = 0]) => [a * b, c]) })

const bits = (run: Run) => ({
  parameters: [...run.model.parameters].map(([name, array]) => [name, [...array]]),
  history: run.history.map(({ seconds, ...rest }) => rest),
})

/** Whether `runMany` was called for more than one step. */
function counting() {
  const calls: number[] = []
  const inner = wasmWith({ threads: 1 })
  const open = async () => {
    const device = await inner.open()
    const compile = device.compile.bind(device)
    return Object.assign(device, {
      compile: async (...args: Parameters<typeof compile>) => {
        const executable = await compile(...args)
        const runMany = executable.runMany.bind(executable)
        vi.spyOn(executable, 'runMany').mockImplementation((count, staged) => {
          calls.push(count)
          return runMany(count, staged)
        })
        return executable
      },
    })
  }
  return { backend: { name: 'wasm', open }, calls }
}

describe('many steps in one call', () => {
  it.each<[string, () => Promise<[Run, Run, number[]]>]>([
    [
      'classes, weights, dropout, a schedule, Adam',
      async () => {
        const net = network({ input: [3] }, dense(8), relu(), dropout(0.2), dense(2))
        const options = { optimizer: adam(1e-2), classWeights: { same: 2 }, schedule: cosine(), validation: 0.2 }
        return both((more) => fit(net, classes, { loss: crossEntropy(), epochs: 3, batchSize: 5, ...options, ...more }))
      },
    ],
    [
      'values, batch normalisation, momentum',
      async () => {
        const net = network({ input: [3] }, dense(4), batchNorm(), relu(), dense(2))
        const optimizer = sgd(1e-2, { momentum: 0.9 })
        return both((more) => fit(net, values, { loss: mse(), optimizer, epochs: 3, batchSize: 4, ...more }))
      },
    ],
  ])('gives the same bits as single steps: %s', async (_, train) => {
    const [many, single, calls] = await train()
    expect(bits(many)).toEqual(bits(single))
    expect(Math.max(...calls)).toBe(64)
  })

  async function both(train: (more: Partial<FitOptions>) => Promise<Run>): Promise<[Run, Run, number[]]> {
    const { backend, calls } = counting()
    const many = await train({ backend })
    const before = calls.length
    const single = await train({ backend, onStep: () => undefined })
    expect(calls.length).toBe(before)
    return [many, single, calls]
  }

  it('stops and saves at the steps that were asked for', async () => {
    const net = network({ input: [3] }, dense(4), relu(), dense(2))
    const saved: Checkpoint[] = []
    const options = { loss: mse(), optimizer: sgd(1e-2), epochs: 2, batchSize: 4, backend: wasmWith({ threads: 1 }) }
    const checkpoint = { everySteps: 37, save: (made: Checkpoint) => void saved.push(made) }
    const run = await fit(net, values, { ...options, checkpoint, stopping: { steps: 200 } })
    expect(run.stopped).toMatchObject({ reason: 'steps', step: 200 })
    expect(saved.map(({ engine }) => engine.step)).toEqual([37, 74, 111, 148, 185, 200])
    const [, second] = saved
    const resumed = await fit(net, values, { ...options, stopping: { steps: 200 }, ...(second && { resume: second }) })
    expect(bits(resumed)).toEqual(bits(run))
  })
})
