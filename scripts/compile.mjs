/**
 * Compiles src/ to dist/, where dist/ does not hold this very source yet: types file by file, and JavaScript in a few
 * files that load fast (docs/decisions/bundle.md). The compiler writes to a folder beside,
 * which then takes dist/'s place, so that dist/ is whole at any time and keeps no file of a source that is gone.
 * Types are not checked here (that is `npm run typecheck`): a run must not wait for it.
 */

import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleSource } from './bundle.mjs'
import { inProject, run, SetupError, say } from './project.mjs'

const STAMP = '.source-hash'

/** @throws SetupError where the compiler fails. */
export async function compileSource({ force = false, check = false } = {}) {
  const hash = hashSource()
  if (!force && readStamp() === hash) return
  say('Compiling …')
  const beside = makeFolderBeside()
  try {
    const flags = [
      '-p',
      'tsconfig.build.json',
      '--outDir',
      beside,
      '--emitDeclarationOnly',
      ...(check ? [] : ['--noCheck']),
    ]
    const status = run(process.execPath, [inProject('node_modules/typescript/bin/tsc'), ...flags])
    if (status !== 0) throw new SetupError(`The compiler failed (exit code ${status}); dist/ is as it was.`)
    await bundleSource(beside, hash)
    copyTracer(beside)
    writeFileSync(join(beside, STAMP), hash)
    replaceDist(beside)
  } finally {
    rmSync(beside, { recursive: true, force: true })
  }
}

/** What runs inside somebody's Python goes along as it is. */
const TRACER = 'diagnosis/check/tracer'

function copyTracer(folder) {
  const filter = (path) => !path.includes('__pycache__')
  cpSync(inProject('src', TRACER), join(folder, TRACER), { recursive: true, filter })
}

function makeFolderBeside() {
  try {
    return mkdtempSync(inProject('.dist-'))
  } catch (error) {
    throw new SetupError(`dist/ is older than the source, and cannot be made anew: ${error.message}`)
  }
}

function replaceDist(beside) {
  const dist = inProject('dist')
  const old = `${beside}-old`
  if (existsSync(dist)) renameSync(dist, old)
  renameSync(beside, dist)
  rmSync(old, { recursive: true, force: true })
}

function readStamp() {
  try {
    return readFileSync(inProject('dist', STAMP), 'utf8')
  } catch {
    return undefined
  }
}

/** A hash of all that decides what the compiler writes. */
function hashSource() {
  const hash = createHash('sha256')
  const settings = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts/bundle.mjs']
  const sources = readdirSync(inProject('src'), { recursive: true })
    .filter((name) => /\.([cm]?tsx?|py)$/.test(name) && !/\.(test|fixture)\.ts$/.test(name))
    .sort()
  for (const path of [...settings, ...sources.map((name) => join('src', name))]) {
    const content = readFileSync(inProject(path))
    hash.update(`${path}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}
