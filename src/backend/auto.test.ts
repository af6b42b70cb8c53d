/** What `auto` chooses, and what becomes of a run whose compiler is missing, fails, or fails later. */

import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GraphBuilder } from '../graph/index.ts'
import { add, matmul, mul, sum, tanh } from '../ops/index.ts'
import { autoBackend } from './auto.ts'
import type { Device, Executable } from './executable.ts'
import { wasmWith } from './index.ts'
import { nativeWith } from './native/backend.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nabla-auto-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A state that changes at every step by what the input says; `factor` makes it a program of its own. */
function program(factor: number, size = 8) {
  const builder = new GraphBuilder()
  const x = builder.input('x', [size, size])
  const w = builder.state('w', [size, size])
  const next = add(w, mul(tanh(matmul(x, w)), factor))
  builder.update(w, next)
  builder.output('total', sum(next))
  return builder.build()
}

let caches = 0
const environmentOf = (more: NodeJS.ProcessEnv = {}) => ({
  ...process.env,
  XDG_CACHE_HOME: join(folder, `cache-${caches++}`),
  ...more,
})

async function openWith(environment: NodeJS.ProcessEnv) {
  const lines: string[] = []
  const warn = (line: string) => lines.push(line)
  const options = { threads: 1, warn }
  const backend = autoBackend({ ...options, native: nativeWith({ ...options, environment }), wasm: wasmWith(options) })
  return { device: await backend.open(), lines }
}

const VALUES = Array.from({ length: 64 }, (_, i) => ((i * 37) % 64) / 64 - 0.25)

async function steps(executable: Executable, count: number): Promise<void> {
  for (let step = 0; step < count; step++) await executable.run()
}

/** The total after six steps, begun with `first`, the last two after a second program was compiled. */
async function train(device: Device, runs: number): Promise<number> {
  const first = await device.compile(program(0.25), { runs })
  first.write('x', VALUES)
  first.write('w', VALUES)
  await steps(first, 4)
  const second = await device.compile(program(0.5), { runs })
  second.write('x', VALUES)
  await steps(second, 1)
  // What was written before the second program was there is there still.
  await steps(first, 1)
  return first.read('total')[0] ?? Number.NaN
}

/** A compiler in `sh`: it notes each library that it is to make, and does `action` with their number in $n. */
function fakeCompiler(name: string, action: string): { path: string; made(): number } {
  const path = join(folder, name)
  const log = join(folder, `${name}.log`)
  const count = `echo made >> ${log}; n=$(wc -l < ${log})`
  writeFileSync(path, `#!/bin/sh\ncase "$*" in *-shared*) ${count}; ${action};; esac\nexec cc "$@"\n`, { mode: 0o755 })
  return { path, made: () => (existsSync(log) ? readFileSync(log, 'utf8').split('made').length - 1 : 0) }
}

describe('auto', () => {
  it('takes native for much work and wasm for little, and says why', async () => {
    const environment = environmentOf()
    const small = await openWith(environment)
    await train(small.device, 10)
    expect(small.device).toMatchObject({
      backend: 'wasm',
      reason: expect.stringMatching(/^native would take .* to compile, and save /),
    })
    const large = await openWith(environment)
    await train(large.device, 1e9)
    expect(large.device).toMatchObject({
      backend: 'native',
      reason: expect.stringMatching(/^compiling takes .* saved$/),
    })
    const again = await openWith(environment)
    await train(again.device, 10)
    expect(again.device).toMatchObject({
      backend: 'native',
      reason: expect.stringMatching(/^it was compiled before/),
    })
    expect([...small.lines, ...large.lines, ...again.lines]).toEqual([])
  })

  it('goes on with what the run began with', async () => {
    const environment = environmentOf()
    for (const earlier of ['wasm', 'native'] as const) {
      const { device } = await openWith(environment)
      await device.compile(program(0.25), { runs: earlier === 'wasm' ? 1e9 : 1, earlier })
      expect(device).toMatchObject({ backend: earlier, reason: 'as the run began' })
    }
  })

  const empty = () => {
    const path = join(folder, 'empty')
    if (!existsSync(path)) execFileSync('mkdir', [path])
    return path
  }
  it.each([
    ['no compiler on the PATH', () => ({ PATH: empty() }), /expected a C compiler, found no cc; no gcc; no clang/],
    ['no compiler of the name', () => ({ NABLA_CC: join(folder, 'none') }), /found no .*none\./],
    [
      'a compiler that fails',
      () => ({ NABLA_CC: fakeCompiler('fails', 'echo "a.c:1: error: out of registers" >&2; exit 1').path }),
      /found .*fails that failed: a\.c:1: error: out of registers\./,
    ],
    [
      "a cache that can't be made",
      () => {
        writeFileSync(join(folder, 'file'), '')
        return { XDG_CACHE_HOME: join(folder, 'file') }
      },
      /expected a folder of the user's own for compiled code, found ENOTDIR/,
    ],
    [
      "a cache that is another user's",
      () => {
        const path = join(folder, 'others')
        execFileSync('mkdir', ['-p', join(path, 'nabla')])
        // Where we may not give a folder away, one that everybody may write to is as bad.
        execFileSync('sh', ['-c', `chown 12345 "$0/nabla" 2>/dev/null || chmod 777 "$0/nabla"`, path])
        return { XDG_CACHE_HOME: path }
      },
      /for compiled code, found .*, which (belongs to another user|others may write to)\./,
    ],
  ])('with %s warns in one line, and takes wasm', async (_, environment, message) => {
    const { device, lines } = await openWith(environmentOf(environment()))
    expect(Number.isFinite(await train(device, 1e9))).toBe(true)
    expect(device.backend).toBe('wasm')
    expect(lines).toEqual([expect.stringMatching(message)])
    expect(lines[0]).toMatch(/^the wasm backend is used: [^\n]*\.$/)
  })

  it('moves a run that has begun to wasm, where the compiler fails at a later program', async () => {
    const sound = await openWith(environmentOf())
    const expected = await train(sound.device, 1e9)
    expect(sound.device.backend).toBe('native')
    // The pool of threads and the first program are made; then it fails.
    const { path, made } = fakeCompiler('later', '[ "$n" -gt 2 ] && { echo "error: no space left" >&2; exit 1; }')
    const { device, lines } = await openWith(environmentOf({ NABLA_CC: path }))
    const total = await train(device, 1e9)
    expect(made()).toBe(3)
    expect(device.backend).toBe('wasm')
    expect(lines).toEqual([expect.stringMatching(/^the wasm backend is used: .*error: no space left\.$/)])
    expect(total).toBeCloseTo(expected, 2)
    expect(Math.abs(total)).toBeGreaterThan(1)
  })
})
