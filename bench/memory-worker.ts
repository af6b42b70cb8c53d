/**
 * A training run in a process of its own that says how much memory it takes: `node memory-worker.js KIND ARGUMENT`, with
 * a bounded heap. Its resident set is looked at while it trains; one JSON document on standard output at the end.
 */

import { stat } from 'node:fs/promises'
import { adam, crossEntropy, type DataLike, dataset, dense, type FitOptions, fit, network, relu } from 'nabla'
import { streamCsv, streamNpy } from 'nabla/node'

const SAMPLE_EVERY_MS = 20
/** Epochs before the measured ones, in which the engine's compilers have their turn. */
const WARM_EPOCHS = 500

export interface MemoryReport {
  /** The resident set before training began; of a streamed set, before it was opened. */
  startBytes: number
  /** Resident sets while it trained, in order. */
  residentBytes: number[]
  /** Of the file that was trained on. */
  dataBytes: number
  seconds: number
  /** So that a run that learns nothing is seen. */
  firstLoss: number
  lastLoss: number
}

async function train(data: DataLike, inputs: number, hidden: number, options: Partial<FitOptions>) {
  const net = network({ input: [inputs] }, dense(hidden), relu(), dense(2))
  return await fit(net, data, { loss: crossEntropy(), optimizer: adam(1e-3), ...options })
}

/** Two clouds of points that overlap. */
function clouds(count: number) {
  const labels = Array.from({ length: count }, (_, i) => i % 2)
  return dataset({ labels, inputs: labels.map((label, i) => [Math.sin(i) + label, Math.cos(3 * i) - label]) })
}

/** Many epochs of a small network, the resident set at the end of each. */
async function manyEpochs(count: string): Promise<MemoryReport> {
  const options = { batchSize: 32, validation: clouds(128), metrics: ['f1'] }
  await train(clouds(512), 2, 16, { ...options, epochs: WARM_EPOCHS })
  const startBytes = process.memoryUsage.rss()
  const residentBytes: number[] = []
  const start = performance.now()
  const { history } = await train(clouds(512), 2, 16, {
    ...options,
    epochs: Number(count),
    onEpoch: () => void residentBytes.push(process.memoryUsage.rss()),
  })
  const seconds = (performance.now() - start) / 1000
  const [first, last] = [history[0]?.loss ?? Number.NaN, history.at(-1)?.loss ?? Number.NaN]
  return { startBytes, residentBytes, dataBytes: 0, seconds, firstLoss: first, lastLoss: last }
}

/** One epoch of a file, opened and trained on, the resident set every 20 ms. */
async function streamed(path: string, open: () => Promise<DataLike>, inputs: number): Promise<MemoryReport> {
  await train(clouds(512), 2, 16, { epochs: WARM_EPOCHS })
  const startBytes = process.memoryUsage.rss()
  const residentBytes: number[] = []
  const timer = setInterval(() => residentBytes.push(process.memoryUsage.rss()), SAMPLE_EVERY_MS)
  const start = performance.now()
  const data = await open()
  const losses: number[] = []
  await train(data, inputs, 32, { epochs: 1, batchSize: 256, onProgress: ({ loss }) => void losses.push(loss) })
  clearInterval(timer)
  const seconds = (performance.now() - start) / 1000
  const [first, last] = [losses[0] ?? Number.NaN, losses.at(-1) ?? Number.NaN]
  return { startBytes, residentBytes, dataBytes: (await stat(path)).size, seconds, firstLoss: first, lastLoss: last }
}

const kinds: Readonly<Record<string, (argument: string) => Promise<MemoryReport>>> = {
  epochs: manyEpochs,
  npy: (path) => streamed(path, () => streamNpy({ inputs: path, labels: path.replace('inputs', 'labels') }), 128),
  csv: (path) => streamed(path, async () => (await streamCsv(path, { target: 'label', shuffleBuffer: 2000 })).data, 20),
}

const [, , kind = '', argument = ''] = process.argv
const run = kinds[kind]
if (run === undefined) throw new Error(`there is no kind "${kind}"`)
process.stdout.write(`${JSON.stringify(await run(argument))}\n`)
