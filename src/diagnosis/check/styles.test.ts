/** What a script computes under observation is what it computes without. */

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import { findPython } from './interpreter.ts'
import { runTracer } from './trace/run.ts'

vi.setConfig({ maxConcurrency: 2 })

const path = (script: string) => fileURLToPath(new URL(script, import.meta.url))

function plainOutput(python: string, script: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(python, ['-B', script], (_error, stdout) => resolve(stdout))
  })
}

const SCRIPTS = [
  ...['syntax', 'syntax_newer', 'arrays', 'matrix_net'].map((name) => `./fixtures/styles/${name}.py`),
  ...['autoencoder-range', 'layers-no-weights', 'biases-and-penalty'].map((name) => `./fixtures/seeds/${name}.py`),
  ...['adam', 'layers', 'neurons', 'scalars', 'recurrent'].map((name) => `../../../bench/check/bases/${name}.py`),
]

describe.concurrent('a script under observation', () => {
  for (const script of SCRIPTS)
    it(`prints what it prints without: ${script.split('/').at(-1)}`, async () => {
      const python = await findPython(path(script))
      const request = { path: path(script), steps: 1e9, nodes: 50_000, after: 'run' as const }
      const traced = await runTracer(python, request, 60_000)
      expect(traced.output).toBe(await plainOutput(python, path(script)))
      expect(traced.trace.status).toMatch(/finished|syntax/)
    })
})
