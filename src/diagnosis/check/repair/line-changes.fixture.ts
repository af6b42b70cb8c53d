/** Changes of one line in right scripts of the benchmark: the line is named, and the kind of change, and nothing else. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { check } from '../check.ts'

/** Script, what stands there, what takes its place, the kind that is the right answer. */
export type LineChange = readonly [base: string, before: string, after: string, kind: string]

export function testLineChanges(cases: readonly LineChange[]): void {
  vi.setConfig({ maxConcurrency: 2, testTimeout: 60_000 })
  const folder = mkdtempSync(join(tmpdir(), 'nabla-repair-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  describe.concurrent('a change of one line', () => {
    for (const [index, [base, before, after, kind]] of cases.entries())
      it(`${base}: ${after}`, async () => {
        const path = fileURLToPath(new URL(`../../../../bench/check/bases/${base}.py`, import.meta.url))
        const source = readFileSync(path, 'utf8')
        expect(source.split(before)).toHaveLength(2)
        const line = source.slice(0, source.indexOf(before)).split('\n').length
        const script = join(folder, `${base}-${index}.py`)
        writeFileSync(script, source.replace(before, after))
        const { findings } = await check(script)
        expect(findings.map((f) => [f.line, f.kind])).toEqual([[line, kind]])
      })
  })
}
