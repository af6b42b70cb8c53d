/**
 * A run that is killed with SIGKILL at random moments, while it trains and while it writes, goes on each time from its
 * last checkpoint, and ends with the bits of a run that was never killed.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RandomStream } from '../shared/index.ts'

const KILLS = 20
const project = join(import.meta.dirname, '../..')
const source = join(project, 'src')
const folder = mkdtempSync(join(tmpdir(), 'nabla-kill-'))
let built = ''

/** A run with checkpoints, taken up where it was: says each step, and at its end the whole result. */
const CHILD = `
import { dataset } from './data/index.js'
import { adam, crossEntropy, dense, dropout, network, relu } from './network/index.js'
import { fit } from './training/index.js'
import { checkpointFolder, latestCheckpoint } from './training/node.js'
const directory = process.argv[2]
const inputs = Array.from({ length: 30 }, (_, i) => [Math.sin(i), Math.cos(3 * i)])
const data = dataset({ inputs, labels: inputs.map(([x, y]) => (x * y > 0 ? 1 : 0)) })
const net = network({ input: [2] }, dense(8), relu(), dropout(0.1), dense(2))
const resume = await latestCheckpoint(directory)
const from = resume?.engine.step ?? 0
const files = checkpointFolder(directory, { keep: 2 })
async function save(checkpoint) {
  await files.save(checkpoint)
  process.stdout.write('saved\\n')
}
process.stdout.write('from ' + from + '\\n')
const run = await fit(net, data, {
  loss: crossEntropy(), optimizer: adam(0.01), epochs: 200, batchSize: 7, seed: 5, backend: 'reference',
  checkpoint: { everySteps: 3, save },
  ...(resume === undefined ? {} : { resume }),
})
const history = run.history.map(({ seconds, ...record }) => record)
const parameters = [...run.model.parameters].map(([name, values]) => [name, [...values]])
process.stdout.write('done ' + JSON.stringify({ history, parameters }) + '\\n')
`

/** The source without its types, in a folder of the project, where packages are found. */
async function build(): Promise<string> {
  const { default: typescript } = await import('typescript')
  mkdirSync(join(project, '.build'), { recursive: true })
  const target = mkdtempSync(join(project, '.build', 'kill-'))
  const options = {
    target: typescript.ScriptTarget.ES2022,
    module: typescript.ModuleKind.ESNext,
    rewriteRelativeImportExtensions: true,
  }
  const needed = ['shared', 'ops', 'graph', 'gradient', 'network', 'plan', 'backend', 'data', 'formats', 'training']
  const names = needed.flatMap((room) =>
    readdirSync(join(source, room), { recursive: true, encoding: 'utf8' }).map((name) => join(room, name)),
  )
  for (const name of names) {
    if (!name.endsWith('.ts') || /\.(test|fixture)\.ts$/.test(name)) continue
    const text = typescript.transpileModule(readFileSync(join(source, name), 'utf8'), { compilerOptions: options })
    const path = join(target, name.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text.outputText)
  }
  writeFileSync(join(target, 'child.js'), CHILD)
  return target
}

beforeAll(async () => {
  built = await build()
}, 120_000)
afterAll(() => {
  rmSync(built, { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
})

interface Outcome {
  from: number
  done: string | undefined
}

/** When a process is killed: so long after it has saved so many checkpoints. */
interface Kill {
  saves: number
  afterMs: number
}

/** One process on a folder, to its end or until it is killed. */
function work(directory: string, kill?: Kill): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child: ChildProcess = spawn(process.execPath, [join(built, 'child.js'), directory])
    let [output, errors, aimed] = ['', '', false]
    child.stdout?.on('data', (text) => {
      output += text
      if (aimed || kill === undefined || output.split('saved').length <= kill.saves) return
      aimed = true
      setTimeout(() => child.kill('SIGKILL'), kill.afterMs)
    })
    child.stderr?.on('data', (text) => {
      errors += text
    })
    child.on('close', () => {
      const from = /^from (\d+)$/m.exec(output)?.[1]
      if (from === undefined) reject(new Error(`the process said nothing: ${errors}`))
      else resolve({ from: Number(from), done: /^done (.*)$/m.exec(output)?.[1] })
    })
  })
}

test(`${KILLS} kills lose nothing but the steps since the last checkpoint`, { timeout: 180_000 }, async () => {
  const random = new RandomStream(1, 0)
  const whole = await work(join(folder, 'whole'))
  const directory = join(folder, 'killed')
  let [from, kills] = [0, 0]
  for (; kills < KILLS; kills++) {
    const outcome = await work(directory, { saves: 1 + random.below(8), afterMs: 12 * random.uniform() })
    // It never falls behind: what was saved stays saved.
    expect(outcome.from).toBeGreaterThanOrEqual(from)
    expect(outcome.from % 3).toBe(0)
    from = outcome.from
    if (outcome.done !== undefined) break
  }
  const last = await work(directory)
  expect(last.from).toBeGreaterThan(0)
  expect(last.done).toBe(whole.done)
  expect(kills).toBe(KILLS)
})
