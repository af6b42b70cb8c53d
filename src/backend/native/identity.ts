/**
 * What a compiler predefines for this machine, kept so that a start need not run it: for this executable (its place,
 * size, times and number) and this processor, so that another compiler, or a home folder on another machine, is asked
 * again. Only gcc and clang themselves: what a script of another name calls may change behind it.
 */

import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import { recall, remember } from './known-answers.ts'

/** What a compiler was asked for and what it answered. */
export interface Identity {
  /** The flag that means this machine. */
  readonly machine: string
  /** Its `#define` lines. */
  readonly macros: string
}

const COMPILER_NAME = /^([\w.]+-)*(gcc|clang)(-?[\d.]+)?$/
/** What gcc and clang read on the way to the compiler proper. */
const VARIABLES = ['GCC_EXEC_PREFIX', 'COMPILER_PATH', 'CCC_OVERRIDE_OPTIONS']
/** Lines of /proc/cpuinfo that say which processor it is, not how it fares. */
const PROCESSOR_LINE = /^(vendor_id|cpu family|model|model name|stepping|flags|Features|CPU \w+|isa|uarch)\s*:/

function executableOf(command: string, environment: NodeJS.ProcessEnv): string | undefined {
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const places = command.includes('/') ? [command] : folders.map((folder) => join(folder, command))
  return places.find((place) => {
    try {
      accessSync(place, constants.X_OK)
      return statSync(place).isFile()
    } catch {
      return false
    }
  })
}

/** This machine's processor, undefined where it can't be told cheaply. */
function processor(): string | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    const [first = ''] = readFileSync('/proc/cpuinfo', 'utf8').split('\n\n', 1)
    const lines = first.split('\n').filter((line) => PROCESSOR_LINE.test(line))
    return lines.length === 0 ? undefined : lines.join('\n')
  } catch {
    return undefined
  }
}

/** All that a compiler's answer depends on; undefined where that can't be told, and the answer is not kept. */
export function compilerQuestion(command: string, environment: NodeJS.ProcessEnv): string | undefined {
  const place = executableOf(command, environment)
  const machine = processor()
  if (place === undefined || machine === undefined) return undefined
  try {
    const path = realpathSync(place)
    if (!COMPILER_NAME.test(basename(path))) return undefined
    const { size, mtimeMs, ctimeMs, ino } = statSync(path)
    const variables = VARIABLES.map((name) => environment[name] ?? null)
    return `compiler ${JSON.stringify([path, size, mtimeMs, ctimeMs, ino, machine, variables])}`
  } catch {
    return undefined
  }
}

export function recallIdentity(question: string, environment: NodeJS.ProcessEnv): Identity | undefined {
  const text = recall(question, environment)
  if (text === undefined) return undefined
  const end = text.indexOf('\n')
  return { machine: text.slice(0, end), macros: text.slice(end + 1) }
}

export function keepIdentity(question: string, identity: Identity, environment: NodeJS.ProcessEnv): Promise<void> {
  return remember(question, `${identity.machine}\n${identity.macros}`, environment)
}
