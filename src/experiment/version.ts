/** nabla's version, from its package.json, which stands two folders above this file in src/ and in dist/ alike. */

import { readFileSync } from 'node:fs'

function readVersion(): string {
  const record: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return typeof record === 'object' && record !== null && 'version' in record ? String(record.version) : 'unknown'
}

export const version = readVersion()
