/**
 * What a compiler predefines for this machine, kept so that a start need not run it. The file's name is the hash of the
 * executable (its place, size, time and number) and of the processor: another compiler, or a home folder on another
 * machine, is asked again. Only gcc and clang themselves: what a script of another name calls may change behind it.
 */

import { createHash } from 'node:crypto'
import { accessSync, constants, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import { isTrusted, keepFile, usableFolder } from './kept-files.ts'

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
const MOST_BYTES = 1 << 20

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

/** The file that a compiler's answer belongs in; undefined where it is not kept. */
export function identityFile(command: string, environment: NodeJS.ProcessEnv): string | undefined {
  const place = executableOf(command, environment)
  if (place === undefined) return undefined
  try {
    const path = realpathSync(place)
    if (!COMPILER_NAME.test(basename(path))) return undefined
    const machine = processor()
    const folder = usableFolder(environment, () => undefined)
    if (machine === undefined || folder === undefined) return undefined
    const { size, mtimeMs, ctimeMs, ino } = statSync(path)
    const variables = VARIABLES.map((name) => environment[name] ?? null)
    const parts = JSON.stringify([path, size, mtimeMs, ctimeMs, ino, machine, variables])
    return join(folder, `${createHash('sha256').update(parts).digest('hex')}.compiler`)
  } catch {
    return undefined
  }
}

/** What was kept, undefined where there is none that can be trusted. */
export function readIdentity(file: string): Identity | undefined {
  if (!isTrusted(file)) return undefined
  try {
    const text = readFileSync(file, 'utf8')
    const end = text.indexOf('\n')
    const [machine, macros] = [text.slice(0, end), text.slice(end + 1)]
    const isWhole = /^-m(arch|cpu)=native$/.test(machine) && macros.includes('#define __VERSION__ ')
    return isWhole && text.length <= MOST_BYTES ? { machine, macros } : undefined
  } catch {
    return undefined
  }
}

/** Keeps an answer; where that is impossible the compiler is asked again next time. */
export async function keepIdentity(file: string, { machine, macros }: Identity): Promise<void> {
  await keepFile(file, (beside) => writeFileSync(beside, `${machine}\n${macros}`, { mode: 0o600 })).catch(
    () => undefined,
  )
}
