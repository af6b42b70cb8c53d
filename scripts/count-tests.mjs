/** vitest's report as the figures of the closing line. Invariant: where vitest failed, at least one is counted. */

/** `report`: vitest's JSON, or undefined where there is none; `status`: its exit status. */
export function countTests(report, status) {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for (const file of report?.testResults ?? []) {
    const failedBefore = counts.failed
    for (const { status: outcome } of file.assertionResults) {
      if (outcome === 'passed') counts.passed++
      else if (outcome === 'failed') counts.failed++
      else counts.skipped++
    }
    // A file that fails outside of its tests, in an import for instance, has no test that failed.
    if (file.status === 'failed' && counts.failed === failedBefore) counts.failed++
  }
  if (status !== 0 && counts.failed === 0) counts.failed = 1
  return counts
}

export function formatCounts({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
