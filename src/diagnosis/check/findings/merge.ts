/** What was found at one place for several parameters, said once. */

import type { Finding } from '../types.ts'

const keyOf = ({ code, file, cell, line, column, endLine, endColumn }: Finding) =>
  JSON.stringify([code, file, cell, line, column, endLine, endColumn])

/** The first finding of each code and place, or the first one there with a fix; with the parameters of all of them. */
export function mergeFindings(findings: readonly Finding[]): Finding[] {
  const merged = new Map<string, Finding>()
  for (const finding of findings) {
    const key = keyOf(finding)
    const before = merged.get(key)
    if (before === undefined) {
      merged.set(key, finding)
      continue
    }
    const kept = before.fix === null && finding.fix !== null ? finding : before
    merged.set(key, { ...kept, parameters: [...new Set([...before.parameters, ...finding.parameters])] })
  }
  return [...merged.values()]
}
