/** `nabla report <run>`: the report of a run's folder, written anew. */

import { relative } from 'node:path'
import { writeReport } from '../report/node.ts'
import type { CommandContext } from './context.ts'
import { EXIT } from './exit-codes.ts'

export const REPORT_SCHEMA = 'nabla.report/1'

/** Writes the report and says where it is. */
export async function writeRunReport(context: CommandContext, directory: string): Promise<number> {
  const path = await writeReport(directory)
  context.print(`report written to ${relative('', path) || path}`)
  context.document(REPORT_SCHEMA, { run: directory, report: path })
  return EXIT.fine
}
