/** Programs that are found again by their graph: the same bits, and nothing taken for what it is not. */

import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Graph, GraphBuilder } from '../../graph/index.ts'
import { leakyRelu, type MapOperation, mul } from '../../ops/index.ts'
import { planKernels } from '../../plan/index.ts'
import { mlpStep } from '../../plan/mlp.fixture.ts'
import { RandomStream, sizeOf } from '../../shared/index.ts'
import { type Compiler, findCompiler } from './compiler.ts'
import { NativeDevice } from './device.ts'
import { programQuestion, recallProgram } from './kept-program.ts'
import { loadPool } from './library.ts'

let folder = ''
let compiler: Compiler
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nabla-test-'))
  compiler = await findCompiler()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const environmentOf = (name: string) => ({ ...process.env, XDG_CACHE_HOME: join(folder, name) })
const filesOf = (name: string, kind: string) =>
  readdirSync(join(folder, name, 'nabla')).filter((file) => file.endsWith(kind))

/** The parameters and the loss after two steps from the same random values. */
async function train(graph: Graph, name: string, version: string): Promise<number[]> {
  const environment = environmentOf(name)
  const bindPool = await loadPool(compiler, { environment })
  const device = new NativeDevice({ compiler, threads: 1, bindPool, environment, version })
  const executable = await device.compile(graph)
  const random = new RandomStream(3, 4)
  const states: string[] = []
  for (const node of graph.nodes) {
    if (node.kind !== 'input' && node.kind !== 'state') continue
    if (node.kind === 'state') states.push(node.name)
    const draw = () => (node.dtype === 'int' ? random.below(3) : random.uniform())
    executable.write(node.name, Array.from({ length: sizeOf(node.shape) }, draw))
  }
  await executable.runMany(2, {})
  return [...states, 'loss'].flatMap((each) => [...executable.read(each)])
}

const step = () => mlpStep({ sizes: [4, 7, 3], batch: 5, optimizer: 'adam' })

/** y = leakyRelu(x)·factor */
function program(factor: number, slope = 0.1, names: readonly [string, string] = ['x', 'y']): Graph {
  const builder = new GraphBuilder()
  builder.output(names[1], mul(leakyRelu(builder.input(names[0], [5]), slope), factor))
  return builder.build()
}

describe('a program that was compiled before', () => {
  it('is found again with its memory, and computes the same bits', async () => {
    const first = await train(step(), 'again', 'one')
    const graph = step()
    const question = programQuestion(graph, compiler, 'one') ?? ''
    const { layout, library } = recallProgram(question, environmentOf('again')) ?? {}
    const { buffers, arenaBytes, interface: names } = planKernels(step())
    expect(layout).toMatchObject({ buffers, arenaBytes, interface: names })
    expect(filesOf('again', '.so')).toContain(library)
    expect(await train(graph, 'again', 'one')).toEqual(first)
    expect(first.every(Number.isFinite)).toBe(true)
  })

  it('is compiled again where its library is gone', async () => {
    const first = await train(step(), 'gone', 'one')
    for (const name of filesOf('gone', '.so')) unlinkSync(join(folder, 'gone', 'nabla', name))
    expect(await train(step(), 'gone', 'one')).toEqual(first)
    expect(filesOf('gone', '.so')).toHaveLength(2)
  })

  it('is not mistaken for another whose file has the same name, or that was cut off', async () => {
    await train(step(), 'mixed', 'one')
    const [before, question] = [filesOf('mixed', '.answer'), programQuestion(step(), compiler, 'two') ?? '']
    await train(step(), 'mixed', 'two')
    const path = (name = '') => join(folder, 'mixed', 'nabla', name)
    const [second] = filesOf('mixed', '.answer').filter((name) => !before.includes(name))
    expect(recallProgram(question, environmentOf('mixed'))).toBeDefined()
    const whole = readFileSync(path(second), 'utf8')
    for (const length of [0, 3, whole.length >> 1, whole.length - 1]) {
      writeFileSync(path(second), whole.slice(0, length))
      expect(recallProgram(question, environmentOf('mixed'))).toBeUndefined()
    }
    for (const other of before) {
      copyFileSync(path(other), path(second))
      expect(recallProgram(question, environmentOf('mixed'))).toBeUndefined()
    }
  })
})

describe('what a program is asked for by', () => {
  it('differs in all that its code depends on', () => {
    const questions = [
      programQuestion(program(2), compiler, 'one'),
      programQuestion(program(2), compiler, 'two'),
      programQuestion(program(3), compiler, 'one'),
      programQuestion(program(2, 0.2), compiler, 'one'),
      programQuestion(program(2, 0.1, ['z', 'y']), compiler, 'one'),
      programQuestion(program(2, 0.1, ['x', 'z']), compiler, 'one'),
      programQuestion(program(2), { ...compiler, lanes: compiler.lanes === 4 ? 8 : 4 }, 'one'),
      programQuestion(program(2), { ...compiler, fingerprint: '' }, 'one'),
      programQuestion(program(0), compiler, 'one'),
      programQuestion(program(-0), compiler, 'one'),
      programQuestion(program(Number.NaN), compiler, 'one'),
      programQuestion(program(Number.POSITIVE_INFINITY), compiler, 'one'),
    ]
    expect(questions).not.toContain(undefined)
    expect(new Set(questions).size).toBe(questions.length)
    expect(programQuestion(program(2), compiler, 'one')).toBe(questions[0])
  })

  it('is nothing where it can’t be told: own operations, tables of values, a text that may change', () => {
    const own: MapOperation = { ...(leakyRelu.record as MapOperation) }
    const builder = new GraphBuilder()
    builder.output('y', builder.apply(own, [builder.input('x', [2])], { slope: 0.1 }))
    expect(programQuestion(builder.build(), compiler, 'one')).toBeUndefined()
    const table = new GraphBuilder()
    table.output('y', mul(table.input('x', [2]), table.constant([1, 2])))
    expect(programQuestion(table.build(), compiler, 'one')).toBeUndefined()
    expect(programQuestion(program(2), compiler)).toBeUndefined()
  })
})
