import { describe, expect, it, vi } from 'vitest'
import { type MlpOptions, mlpStep } from '../../plan/mlp.fixture.ts'
import { RandomStream, sizeOf } from '../../shared/index.ts'
import { wasmWith } from '../index.ts'

/** The parameters and the loss after some steps from the same numbers. */
async function train(threads: number, options: MlpOptions, awaitThreads: boolean): Promise<number[]> {
  const device = await wasmWith({ threads, leastSeconds: 0, awaitThreads }).open()
  try {
    const graph = mlpStep(options)
    const executable = await device.compile(graph)
    const random = new RandomStream(3, 1)
    for (const node of graph.nodes) {
      if (node.kind !== 'input' && node.kind !== 'state') continue
      const draw = () => (node.dtype === 'int' ? random.below(3) : /^[mv]/.test(node.name) ? 0 : random.uniform() - 0.5)
      executable.write(node.name, Array.from({ length: sizeOf(node.shape) }, draw))
    }
    for (let step = 0; step < 5; step++) await executable.run()
    return [...executable.read('w0'), ...executable.read('w1'), ...executable.read('loss')]
  } finally {
    device.close()
  }
}

describe('threads', () => {
  it('give the same bits, whatever their number', async () => {
    for (const optimizer of ['sgd', 'adam'] as const) {
      // 50 columns leave a panel of one vector, whose tiles are higher.
      const options: MlpOptions = { sizes: [37, optimizer === 'sgd' ? 45 : 50, 3], batch: 19, optimizer }
      const one = await train(1, options, true)
      expect(await train(2, options, true)).toEqual(one)
      expect(await train(3, options, false)).toEqual(one)
      expect(await train(2, options, false)).toEqual(one)
    }
  })

  it('give the same bits before and after the others are there, who then take part', async () => {
    const options: MlpOptions = { sizes: [37, 45, 3], batch: 19, optimizer: 'adam' }
    const one = await train(1, options, true)
    const woken = vi.spyOn(Atomics, 'notify')
    try {
      expect(await train(3, options, true)).toEqual(one)
      expect(woken).toHaveBeenCalledTimes(5)
    } finally {
      woken.mockRestore()
    }
    const device = await wasmWith({ threads: 2, leastSeconds: 0 }).open()
    const executable = await device.compile(mlpStep(options))
    // Steps without a turn of the event loop, until a worker has joined: it says so in the memory that they share.
    const joined = vi.spyOn(Atomics, 'notify')
    const end = performance.now() + 20_000
    while (joined.mock.calls.length === 0 && performance.now() < end) executable.run()
    expect(joined).toHaveBeenCalled()
    joined.mockRestore()
    device.close()
  })

  it('let a program end that does not close its device, and not while it waits for them', async () => {
    const { Worker } = process.getBuiltinModule('node:worker_threads')
    const [listen, hold, release] = [
      vi.spyOn(Worker.prototype, 'on'),
      vi.spyOn(Worker.prototype, 'ref'),
      vi.spyOn(Worker.prototype, 'unref'),
    ]
    const last = (spy: { mock: { invocationCallOrder: number[] } }) => spy.mock.invocationCallOrder.at(-1) ?? 0
    const device = await wasmWith({ threads: 2, leastSeconds: 0 }).open()
    await device.compile(mlpStep({ sizes: [9, 8, 3], batch: 4, optimizer: 'sgd' }))
    // Listening alone holds a process open.
    expect(last(listen)).toBeGreaterThan(0)
    expect(last(release)).toBeGreaterThan(last(listen))
    expect(hold).not.toHaveBeenCalled()
    await device.compile(mlpStep({ sizes: [9, 8, 3], batch: 5, optimizer: 'sgd' }))
    expect(hold).toHaveBeenCalled()
    expect(last(release)).toBeGreaterThan(last(hold))
    device.close()
    for (const spy of [listen, hold, release]) spy.mockRestore()
  })

  it('refuse a number that is none', () => {
    for (const threads of [0, -1, 1.5, Number.NaN, 1000]) {
      expect(() => wasmWith({ threads })).toThrow(/a whole number from 1 to 64/)
    }
  })
})
