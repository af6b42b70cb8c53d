/** Finds the system's C compiler, asks it what the machine has, and makes libraries with it. */

import { NablaError } from '../../shared/index.ts'
import { compilerQuestion, type Identity, keepIdentity, recallIdentity } from './identity.ts'
import type { Lanes } from './preamble.ts'

export interface Compiler {
  readonly command: string
  /** What it runs in: PATH above all. */
  readonly environment: NodeJS.ProcessEnv
  /** What it calls itself: "gcc 12.2.0". */
  readonly version: string
  /** What it calls the widest vectors: "AVX-512". */
  readonly vectors: string
  readonly lanes: Lanes
  readonly flags: readonly string[]
  /** Everything that it predefines for this machine: two that agree here make the same code. */
  readonly fingerprint: string
}

/**
 * Contracted multiply-adds and no errno, but IEEE otherwise: NaN and infinity keep their meaning, subnormals stay, and
 * sums keep their order.
 */
const FLAGS = [
  '-std=gnu11',
  '-O2',
  '-fPIC',
  '-shared',
  '-w',
  '-ffp-contract=fast',
  '-fno-math-errno',
  '-fno-trapping-math',
  // The kernels are vectors already: without these passes they compile in 15 % less time, and run as fast.
  '-fno-tree-vectorize',
  '-fno-tree-slp-vectorize',
]
const VISIBILITY = ['-fno-semantic-interposition', '-fno-plt']

interface Outcome {
  readonly code: number | undefined
  readonly output: string
  readonly errors: string
}

/** Runs a command with `input`; `code` is undefined where there is no such command. */
async function runCommand(
  command: string,
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
  input = '',
): Promise<Outcome> {
  // Only when it is needed: with a warm cache it never is, and it takes milliseconds to load.
  const { spawn } = await import('node:child_process')
  return new Promise((resolve) => {
    const child = spawn(command, words, { env: environment, stdio: ['pipe', 'pipe', 'pipe'] })
    const [output, errors]: [Buffer[], Buffer[]] = [[], []]
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
    const finish = (code: number | undefined, more = '') =>
      resolve({ code, output: Buffer.concat(output).toString(), errors: Buffer.concat(errors).toString() + more })
    child.on('error', (error) => finish(undefined, error.message))
    child.on('close', (code) => finish(code ?? 1))
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}

function environmentError(received: string, fix: string, cause?: unknown): NablaError {
  const problem = { code: 'E-ENVIRONMENT', where: 'backend native', expected: 'a C compiler', received, fix } as const
  return new NablaError(problem, { cause })
}

const found = new Map<string, Promise<Compiler>>()

/**
 * The compiler that `NABLA_CC` names, else the first of cc, gcc and clang that works.
 * @throws NablaError E-ENVIRONMENT where there is none.
 */
export function findCompiler(environment: NodeJS.ProcessEnv = process.env): Promise<Compiler> {
  const named = environment.NABLA_CC
  const candidates = named ? [named] : ['cc', 'gcc', 'clang']
  const key = JSON.stringify([candidates, environment.PATH])
  const known = found.get(key) ?? tryAll(candidates, environment)
  found.set(key, known)
  // A compiler may be installed later.
  known.catch(() => found.delete(key))
  return known
}

async function tryAll(candidates: readonly string[], environment: NodeJS.ProcessEnv): Promise<Compiler> {
  if (process.platform === 'win32') throw environmentError('Windows', 'use the wasm backend there.')
  const reasons: string[] = []
  for (const command of candidates) {
    const question = compilerQuestion(command, environment)
    const kept = question === undefined ? undefined : recallIdentity(question, environment)
    if (kept !== undefined) return describe(command, environment, kept)
    for (const machine of ['-march=native', '-mcpu=native']) {
      const { code, output, errors } = await runCommand(
        command,
        [machine, '-dM', '-E', '-x', 'c', '/dev/null'],
        environment,
      )
      if (code === 0 && output.includes('__VERSION__')) {
        const identity = { machine, macros: output }
        if (question !== undefined) await keepIdentity(question, identity, environment)
        return describe(command, environment, identity)
      }
      reasons.push(code === undefined ? `no ${command}` : `${command}: ${firstLine(errors)}`)
      if (code === undefined) break
    }
  }
  const fix = 'install gcc or clang (Debian: apt install gcc libc6-dev), or name a compiler in NABLA_CC.'
  throw environmentError(reasons.join('; '), fix)
}

const firstLine = (text: string) =>
  text
    .split('\n')
    .find((line) => line.trim() !== '')
    ?.trim() ?? 'no message'

/** Reads the machine from the macros that the compiler predefines for it. */
function describe(command: string, environment: NodeJS.ProcessEnv, { machine, macros }: Identity): Compiler {
  const has = (name: string) => macros.includes(`#define ${name} `)
  const text = /#define __VERSION__ "(.*)"/.exec(macros)?.[1] ?? ''
  const number = /\d+\.\d+(\.\d+)?/.exec(text)?.[0] ?? text
  const version = `${has('__clang__') ? 'clang' : 'gcc'} ${number}`
  const wide = has('__AVX512F__')
  const lanes: Lanes = wide ? 16 : has('__AVX2__') && has('__FMA__') ? 8 : 4
  const vectors = wide ? 'AVX-512' : lanes === 8 ? 'AVX2' : '128-bit vectors'
  const flags = [...FLAGS, ...VISIBILITY, machine, ...(wide ? ['-mprefer-vector-width=512'] : [])]
  const fingerprint = macros.split('\n').sort().join('\n')
  return { command, environment, version, vectors, lanes, flags, fingerprint }
}

/**
 * Compiles C text to a shared library at `path`.
 * @throws NablaError E-ENVIRONMENT with the compiler's first error.
 */
export async function compileLibrary(compiler: Compiler, source: string, path: string): Promise<void> {
  const words = [...compiler.flags, '-x', 'c', '-', '-o', path, '-lpthread', '-lm']
  const { code, errors } = await runCommand(compiler.command, words, compiler.environment, source)
  if (code === 0) return
  const message = errors.split('\n').find((line) => /error/i.test(line)) ?? firstLine(errors)
  const fix = 'use the wasm backend, or name another compiler in NABLA_CC.'
  throw environmentError(`${compiler.command} that failed: ${message.trim()}`, fix)
}
