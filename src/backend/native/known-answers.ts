/**
 * Answers that were found before, kept by their question in the user's folder (`kept-files.ts`). A file's name is a
 * checksum of the question; the question itself stands in the file and is compared, so that two of one checksum only take
 * each other's place.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { isTrusted, keepFile, usableFolder } from './kept-files.ts'

const fileOf = (folder: string, question: string) =>
  join(folder, `${crc32(question).toString(16).padStart(8, '0')}.answer`)

/** Both lengths in UTF-16 units, so that a file that was cut off shows it; then the question and the answer. */
const entry = (question: string, answer: string) => `${question.length} ${answer.length}\n${question}${answer}`

/** What was answered to exactly this question; undefined where that is not known. */
export function recall(question: string, environment: NodeJS.ProcessEnv): string | undefined {
  try {
    const folder = usableFolder(environment, () => undefined)
    const file = folder === undefined ? undefined : fileOf(folder, question)
    if (file === undefined || !isTrusted(file)) return undefined
    const text = readFileSync(file, 'utf8')
    const answer = text.slice(text.indexOf('\n') + 1 + question.length)
    return text === entry(question, answer) ? answer : undefined
  } catch {
    return undefined
  }
}

/** Keeps an answer; where that is impossible it is found anew next time. */
export async function remember(question: string, answer: string, environment: NodeJS.ProcessEnv): Promise<void> {
  try {
    const folder = usableFolder(environment, () => undefined)
    if (folder === undefined) return
    const text = entry(question, answer)
    await keepFile(fileOf(folder, question), (beside) => writeFileSync(beside, text, { mode: 0o600 }))
  } catch {
    // As the docstring says.
  }
}
