/** What surrounds the compiled code: the cache, its trust, compilers that are missing or fail, threads, many steps. */

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Graph, GraphBuilder } from '../../graph/index.ts'
import { mul, tanh } from '../../ops/index.ts'
import { planKernels } from '../../plan/index.ts'
import { mlpStep } from '../../plan/mlp.fixture.ts'
import { RandomStream, sizeOf } from '../../shared/index.ts'
import { nativeWith, renderC } from './backend.ts'
import type { NativeExecutable } from './device.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nabla-test-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** y = factor·tanh x: a program of its own for each factor. */
function program(factor: number): Graph {
  const builder = new GraphBuilder()
  builder.output('y', mul(tanh(builder.input('x', [5])), factor))
  return builder.build()
}

/** A compiler that writes a line to a log for each library that it makes, and then does what `action` says. */
function loggingCompiler(name: string, action: string): { path: string; made(): number } {
  const path = join(folder, name)
  const log = join(folder, `${name}.log`)
  writeFileSync(log, '')
  const script = `#!/bin/sh\ncase "$*" in *-shared*) echo made >> ${log}; ${action};; esac\nexec cc "$@"\n`
  writeFileSync(path, script, { mode: 0o755 })
  return { path, made: () => readFileSync(log, 'utf8').split('made').length - 1 }
}

async function compute(environment: NodeJS.ProcessEnv, factor: number, lines: string[] = []): Promise<number> {
  const device = await nativeWith({ environment, warn: (line) => lines.push(line) }).open()
  const executable = await device.compile(program(factor))
  executable.write('x', [0, 1, 2, 3, 4])
  await executable.run()
  return executable.read('y')[1] ?? Number.NaN
}

describe('what a compiler is', () => {
  it('is asked once, again when the compiler changes or others could have written the answer', async () => {
    const bin = join(folder, 'bin')
    const log = join(folder, 'asked')
    mkdirSync(bin)
    const install = (version: string) => {
      const script = `#!/bin/sh\n# ${version}\necho "$*" >> ${log}\nexec cc "$@"\n`
      writeFileSync(join(bin, 'gcc-99'), script, { mode: 0o755 })
    }
    install('first')
    let starts = 0
    /** As a new process would: in this one the answer is remembered by the PATH. */
    const open = async () => {
      const PATH = `${process.env.PATH}:/nowhere/${starts++}`
      const environment = { ...process.env, PATH, NABLA_CC: join(bin, 'gcc-99'), XDG_CACHE_HOME: join(folder, 'asks') }
      const device = await nativeWith({ environment }).open()
      device.close()
      return device.description
    }
    const asked = () => readFileSync(log, 'utf8').split('-dM').length - 1
    const description = await open()
    expect(asked()).toBe(1)
    expect(await open()).toBe(description)
    expect(asked()).toBe(1)
    install('the second')
    await open()
    expect(asked()).toBe(2)
    const kept = join(folder, 'asks', 'nabla')
    const answers = readdirSync(kept).filter((name) => name.endsWith('.answer'))
    expect(answers.length).toBeGreaterThanOrEqual(2)
    for (const name of answers) chmodSync(join(kept, name), 0o666)
    await open()
    expect(asked()).toBe(3)
    for (const name of answers) writeFileSync(join(kept, name), '')
    await open()
    expect(asked()).toBe(4)
  })

  it('is asked each time where a script of another name stands before it', async () => {
    const { path } = loggingCompiler('my-cc', ':')
    const environment = { ...process.env, NABLA_CC: path, XDG_CACHE_HOME: join(folder, 'script') }
    await (await nativeWith({ environment }).open()).close()
    const kept = join(folder, 'script', 'nabla')
    const answers = readdirSync(kept).filter((name) => name.endsWith('.answer'))
    expect(answers.map((name) => /\n(\w+)/.exec(readFileSync(join(kept, name), 'utf8'))?.[1])).toEqual(['pool'])
  })
})

describe('the cache', () => {
  it('compiles a program once, in a folder that is the user’s alone', async () => {
    const { path, made } = loggingCompiler('counting-cc', ':')
    const environment = { ...process.env, NABLA_CC: path, XDG_CACHE_HOME: join(folder, 'once') }
    expect(await compute(environment, 2)).toBeCloseTo(2 * Math.tanh(1), 5)
    const first = made()
    expect(await compute(environment, 2)).toBeCloseTo(2 * Math.tanh(1), 5)
    expect(made()).toBe(first)
    await compute(environment, 3)
    expect(made()).toBe(first + 1)
    expect(statSync(join(folder, 'once', 'nabla')).mode & 0o777).toBe(0o700)
    expect(
      readdirSync(join(folder, 'once', 'nabla')).every((name) => /^([0-9a-f]{64}\.so|[0-9a-f]{8}\.answer)$/.test(name)),
    ).toBe(true)
  })

  it('makes a file again that others could have written', async () => {
    const { path, made } = loggingCompiler('second-cc', ':')
    const environment = { ...process.env, NABLA_CC: path, XDG_CACHE_HOME: join(folder, 'open') }
    await compute(environment, 4)
    const before = made()
    const kept = join(folder, 'open', 'nabla')
    for (const name of readdirSync(kept)) chmodSync(join(kept, name), 0o777)
    await compute(environment, 4)
    expect(made()).toBe(before + 2)
    expect(readdirSync(kept).every((name) => (statSync(join(kept, name)).mode & 0o022) === 0)).toBe(true)
  })

  it('is not used where others may write to the folder or it can’t be made, which is said once', async () => {
    const open = join(folder, 'everyones')
    mkdirSync(join(open, 'nabla'), { recursive: true })
    chmodSync(join(open, 'nabla'), 0o777)
    writeFileSync(join(folder, 'file'), '')
    for (const [place, reason] of [
      [open, /which others may write to/],
      [join(folder, 'file'), /ENOTDIR/],
    ] as const) {
      const lines: string[] = []
      expect(await compute({ ...process.env, XDG_CACHE_HOME: place }, 5, lines)).toBeCloseTo(5 * Math.tanh(1), 5)
      expect(lines).toEqual([expect.stringMatching(reason)])
      expect(lines[0]).toMatch(/^compiled code is not kept: /)
    }
    expect(readdirSync(join(open, 'nabla'))).toEqual([])
  })
})

describe('a compiler', () => {
  const missing = () => ({ ...process.env, NABLA_CC: join(folder, 'no-such-cc') })

  it('that is missing is an error that says what to do', async () => {
    await expect(nativeWith({ environment: missing() }).open()).rejects.toMatchObject({
      code: 'E-ENVIRONMENT',
      fix: expect.stringMatching(/install gcc or clang/),
    })
  })

  it('that fails is quoted, and leaves nothing behind', async () => {
    const { path } = loggingCompiler('failing-cc', 'echo "x.c:1: error: out of registers" >&2; exit 1')
    const environment = { ...process.env, NABLA_CC: path, XDG_CACHE_HOME: join(folder, 'failing') }
    await expect(nativeWith({ environment }).open()).rejects.toThrow(/error: out of registers/)
    expect(readdirSync(join(folder, 'failing', 'nabla'))).toEqual([])
  })
})

describe('threads and steps', () => {
  /** A network of which several kernels are shared; its state after some steps. */
  async function train(threads: number, advance: (executable: NativeExecutable) => void): Promise<number[]> {
    const graph = mlpStep({ sizes: [300, 130, 70, 10], batch: 50, optimizer: 'adam' })
    const device = await nativeWith({ threads }).open()
    expect(device.description).toMatch(new RegExp(`^native, .*, ${threads} threads?$`))
    const executable = (await device.compile(graph)) as NativeExecutable
    const random = new RandomStream(1, 2)
    for (const node of graph.nodes) {
      if (node.kind !== 'input' && node.kind !== 'state') continue
      const isSlot = /^[mv]\d/.test(node.name)
      const draw = () => (node.dtype === 'int' ? random.below(10) : isSlot ? 0 : 0.1 * (random.uniform() - 0.5))
      executable.write(node.name, Array.from({ length: sizeOf(node.shape) }, draw))
    }
    advance(executable)
    return [...executable.read('w0'), ...executable.read('b1'), ...executable.read('loss')]
  }

  it('give the same bits, however many', async () => {
    const one = await train(1, (executable) => executable.runMany(6, {}))
    expect(one.every(Number.isFinite)).toBe(true)
    for (const threads of [2, 3]) expect(await train(threads, (executable) => executable.runMany(6, {}))).toEqual(one)
    const single = await train(2, (executable) => {
      for (let step = 0; step < 6; step++) executable.run()
    })
    expect(single).toEqual(one)
  })

  it('are refused where they make no sense', () => {
    for (const threads of [0, -1, 1.5, Number.NaN, 1e9]) expect(() => nativeWith({ threads })).toThrow(/from 1 to 64/)
  })
})

describe('the text', () => {
  it('names kernels, and lets no name end a comment', () => {
    const builder = new GraphBuilder()
    builder.output('*/ evil(); /*', tanh(builder.input('in\nput', [2])))
    const text = renderC(planKernels(builder.build()))
    expect(text).toContain('static void kernel0(Context *c, long t, long T)')
    expect(text).not.toMatch(/evil\(/)
    expect(text).not.toContain('in\nput')
  })
})
