/** A finding at a place of the script. */

import type { Analysis } from '../analyse.ts'
import type { Finding, FindingKind } from '../types.ts'

export interface Claim {
  kind: FindingKind
  site: number
  message: string
  expected: string
  received: string
  /** None where it is left out. */
  fix?: Finding['fix']
  evidence: readonly string[]
  parameters?: readonly string[]
}

export function findingAt(analysis: Analysis, claim: Claim): Finding[] {
  const inner = analysis.trace.sites[claim.site]
  if (inner === undefined) return []
  return [
    {
      code: `C-${claim.kind.toUpperCase()}`,
      kind: claim.kind,
      file: inner.file,
      line: inner.line,
      column: inner.column + 1,
      endLine: inner.endLine,
      endColumn: inner.endColumn + 1,
      message: claim.message,
      expected: claim.expected,
      received: claim.received,
      fix: claim.fix ?? null,
      evidence: claim.evidence,
      parameters: claim.parameters ?? [],
    },
  ]
}
