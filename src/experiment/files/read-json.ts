/** A JSON object from a file. */

import { readBytes } from '../../data/node.ts'
import { NablaError } from '../../shared/index.ts'
import { isObject } from '../schema/index.ts'

/** @throws NablaError E-FILE where it can't be read or is no JSON object. */
export async function readJsonObject(path: string, fix: string): Promise<Readonly<Record<string, unknown>>> {
  const text = new TextDecoder().decode(await readBytes(path))
  const problem = (received: string) =>
    new NablaError({ code: 'E-FILE', where: path, expected: 'a JSON object', received, fix })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message.replaceAll('\n', ' ') : String(error)
    throw problem(text.trim() === '' ? 'an empty file' : reason)
  }
  if (isObject(value)) return value
  throw problem(JSON.stringify(value).slice(0, 60))
}
