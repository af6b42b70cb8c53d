/** nabla built into a folder of its own, for tests that need processes: dist/ may be older than the source. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const project = join(import.meta.dirname, '../..')

export interface Built {
  /** The folder with cli.js and node.js. */
  folder: string
  /** Starts `nabla` with the arguments in a folder. */
  start(args: readonly string[], cwd: string): Started
  remove(): void
}

export interface Started {
  child: ChildProcess
  /** Resolves when standard error has the text. */
  said(text: string): Promise<void>
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>
}

export async function buildNabla(): Promise<Built> {
  const folder = mkdtempSync(join(project, '.dist-test-'))
  const bundler = pathToFileURL(join(project, 'scripts/bundle.mjs')).href
  const { bundleSource } = (await import(bundler)) as { bundleSource(folder: string): Promise<void> }
  await bundleSource(folder)
  const main = join(folder, 'main.mjs')
  writeFileSync(main, "import { main } from './cli.js'\nprocess.exitCode = await main(process.argv.slice(2))\n")
  return {
    folder,
    start: (args, cwd) =>
      watch(spawn(process.execPath, [main, ...args], { cwd, env: { ...process.env, NO_COLOR: '1' } })),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function watch(child: ChildProcess): Started {
  let [stdout, stderr] = ['', '']
  const waiting = new Set<() => void>()
  child.stdout?.on('data', (text) => {
    stdout += text
  })
  child.stderr?.on('data', (text) => {
    stderr += text
    for (const check of waiting) check()
  })
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
  const said = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const check = () => {
        if (stderr.includes(text)) resolve()
      }
      waiting.add(check)
      check()
      void ended.then(() => reject(new Error(`it ended without saying ${text}:\n${stderr}`)))
    })
  return { child, said, ended }
}
