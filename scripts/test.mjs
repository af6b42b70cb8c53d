/**
 * `npm test`: sets up what is missing, runs every test, and ends with the line `N passed, N failed`.
 * Arguments after `--` go to vitest: `npm test -- src/data -t csv`.
 */

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { countTests, formatCounts } from './count-tests.mjs'
import { ensureNumpy } from './numpy.mjs'
import { inProject, root, runScript } from './project.mjs'
import { setUp } from './setup.mjs'

await runScript(async () => {
  await setUp()
  ensureNumpy()
  const folder = mkdtempSync(join(tmpdir(), 'nabla-test-'))
  try {
    const report = join(folder, 'report.json')
    const status = await runVitest(report)
    const counts = countTests(readReport(report), status)
    process.stdout.write(`${formatCounts(counts)}\n`)
    return status === 0 && counts.failed > 0 ? 1 : status
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

/** Runs vitest with its failures on standard output and its figures in `report`; resolves with its exit status. */
function runVitest(report) {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const args = [inProject('node_modules/vitest/vitest.mjs'), 'run', ...reporters, ...process.argv.slice(2)]
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve(status ?? 1))
  })
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    // vitest ended before it could write one; its own message stands above.
    return undefined
  }
}
