/** The process of a contestant in JavaScript: `node worker.js MODULE OPTIONS`; requests on stdin, replies on stdout. */

import { createInterface } from 'node:readline'
import type { Contestant, Task } from './contestants/contestant.ts'
import type { Reply, Request } from './protocol.ts'

type Opener = (options: Record<string, string>) => Promise<Contestant>

/** Loaded when asked for, so that starting takes what it takes. */
const MODULES: Readonly<Record<string, () => Promise<Opener>>> = {
  nabla: async () => (await import('./contestants/nabla.ts')).openNabla,
  tfjs: async () => (await import('./contestants/tfjs.ts')).openTfjs,
  jax: async () => (await import('./contestants/jax.ts')).openJax,
  brain: async () => (await import('./contestants/brain.ts')).openBrain,
  plain: async () => (await import('./contestants/plain.ts')).openPlain,
  convnet: async () => (await import('./contestants/convnet.ts')).openConvNet,
}

// Standard output is for replies; libraries that greet do it on standard error.
console.log = console.error
console.info = console.error

const [, , moduleName = '', options = '{}'] = process.argv
let contestant: Contestant | undefined
let task: Task | undefined

async function load(): Promise<Contestant> {
  const opener = MODULES[moduleName]
  if (opener === undefined) throw new Error(`there is no contestant "${moduleName}"`)
  return (await opener())(JSON.parse(options) as Record<string, string>)
}

function openTask(): Task {
  if (task === undefined) throw new Error('no work is open')
  return task
}

async function answer(request: Request): Promise<Reply> {
  contestant ??= await load()
  const peakBytes = process.resourceUsage().maxRSS * 1024
  if (request.do === 'hello') return { ok: true, description: contestant.description }
  if (request.do === 'open') {
    task?.close()
    task = await contestant.open(request.work)
    return { ok: true }
  }
  if (request.do === 'close') {
    task?.close()
    task = undefined
    return { ok: true, peakBytes }
  }
  await openTask().reset()
  return request.do === 'time' ? timeRuns(openTask(), request) : collectResults(openTask(), request)
}

async function timeRuns(work: Task, { count, learningRate }: { count: number; learningRate: number }): Promise<Reply> {
  const [start, cpuStart] = [performance.now(), totalCpuSeconds()]
  await work.run(count, learningRate)
  const [seconds, cpuSeconds] = [(performance.now() - start) / 1000, totalCpuSeconds() - cpuStart]
  return { ok: true, seconds, cpuSeconds, results: [await work.result()] }
}

/** Of all threads of this process. */
function totalCpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

async function collectResults(work: Task, { count, learningRate }: { count: number; learningRate: number }) {
  const results: number[] = []
  for (let i = 0; i < count; i++) {
    await work.run(1, learningRate)
    results.push(await work.result())
  }
  return { ok: true, results } as const
}

function reply(message: Reply): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

for await (const line of createInterface({ input: process.stdin })) {
  const start = performance.now()
  try {
    const message = await answer(JSON.parse(line) as Request)
    const elapsedSeconds = (performance.now() - start) / 1000
    reply(message.ok ? { ...message, elapsedSeconds, totalCpuSeconds: totalCpuSeconds() } : message)
  } catch (error) {
    reply({ ok: false, error: error instanceof Error ? error.message : String(error) })
  }
}
