/** What a run was trained on, in a word: "mnist", "iris.csv". */

import { isObject } from '../schema/index.ts'

export function dataNameOf(data: unknown): string {
  if (!isObject(data)) return 'data'
  return String(data.path ?? data.folder ?? data.images ?? data.kind ?? data.code ?? 'data')
}
