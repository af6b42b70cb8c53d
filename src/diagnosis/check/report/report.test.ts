import { describe, expect, it } from 'vitest'
import type { CheckResult, Finding } from '../types.ts'
import { documentOf } from './document.ts'
import { htmlOf } from './html.ts'
import { widthOf } from './terminal.ts'
import { exitCodeOf, formatCheck } from './text.ts'

const finding: Finding = {
  code: 'C-SCALE',
  kind: 'scale',
  file: 'net.py',
  line: 12,
  column: 10,
  endLine: 12,
  endColumn: 25,
  message: 'dW lacks the division by m',
  expected: 'np.dot(dZ, X.T) / m',
  received: 'np.dot(dZ, X.T)',
  fix: { removed: ['    dW = np.dot(dZ, X.T)'], added: ['    dW = np.dot(dZ, X.T) / m'], verified: true },
  evidence: ['checked: applying it, all 2 gradients agree with the true ones (largest relative error 2e-15)'],
  parameters: ['W'],
  label: 'is m = 10 times ∂cost/∂W',
  frame: { line: 11, lines: ['    dZ = A - Y', '    dW = np.dot(dZ, X.T)'] },
}

const parameter = { name: 'W', status: 'wrong', relativeError: 3e-16, ratio: 1, relativeRatio: 10 } as const

function reportWith(change: Partial<CheckResult> = {}, about: Partial<Finding> = {}): CheckResult {
  return {
    schema: 'nabla.check/1',
    file: 'net.py',
    verdict: 'faulty',
    findings: [{ ...finding, ...about }],
    notes: [],
    parameters: [parameter, { ...parameter, name: 'b', status: 'right', relativeRatio: 1 }],
    roles: { loss: 'cost', lossLine: 8, stated: true, parameters: ['W', 'b'] },
    course: { name: 'cost', steps: [200], original: [0.75], repaired: [0.031] },
    explanation: null,
    reason: null,
    traceback: [],
    python: 'python3 (Python 3.11.2)',
    elapsedMs: 1200,
    ...change,
  }
}

describe('the report in a terminal', () => {
  it('shows the lines, the part, the fix and what was checked', () => {
    expect(formatCheck(reportWith())).toBe(
      [
        '✗ net.py:12:10  dW lacks the division by m',
        '    11 │     dZ = A - Y',
        '  ❯ 12 │     dW = np.dot(dZ, X.T)',
        '       │          ^^^^^^^^^^^^^^^ is m = 10 times ∂cost/∂W',
        '    fix - dW = np.dot(dZ, X.T)',
        '        + dW = np.dot(dZ, X.T) / m',
        '    checked: applying it, all 2 gradients agree with the true ones (largest relative error 2e-15)',
        '    checked: with all changes, after 200 steps cost is 0.031 instead of 0.75',
        '  ✓ b   ✗ W',
        '',
      ].join('\n'),
    )
  })

  it('keeps within a narrow terminal, with the part in view', () => {
    const long = `    value = ${'a + '.repeat(40)}np.dot(dZ, X.T)`
    const at = { column: 173, endColumn: 188, frame: { line: 12, lines: [long] } }
    for (const width of [40, 60, 80]) {
      const lines = formatCheck(reportWith({}, at), { width }).split('\n')
      expect(Math.max(...lines.filter((line) => !/^ +(fix)? [-+] /.test(line)).map(widthOf))).toBeLessThanOrEqual(width)
      const caret = lines.findIndex((line) => line.includes('^'))
      const [from, to] = [lines[caret]?.indexOf('^') ?? 0, (lines[caret]?.lastIndexOf('^') ?? 0) + 1]
      expect('np.dot(dZ, X.T)').toContain(lines[caret - 1]?.slice(from, to).replace('…', ''))
    }
  })

  it('marks the part under tabs, wide characters and signs beyond 16 bits', () => {
    const line = '\ts = "漢字𝛁"; dW = bad(x)'
    const start = [...line].indexOf('b')
    const lines = formatCheck(
      reportWith({}, { column: start + 1, endColumn: start + 4, frame: { line: 12, lines: [line] } }),
    ).split('\n')
    const shown = lines.find((l) => l.includes('❯')) ?? ''
    const carets = lines.find((l) => l.includes('^')) ?? ''
    expect(widthOf(carets.slice(0, carets.indexOf('^')))).toBe(widthOf(shown.slice(0, shown.indexOf('bad'))))
  })

  it('hands no control character of a script on to the terminal', () => {
    const text = formatCheck(reportWith({ file: 'a\u001b[31m.py', verdict: 'clean', findings: [] }))
    const other = formatCheck(reportWith({}, { message: 'x\u202e\u0007', frame: { line: 12, lines: ['\u001b[2J'] } }))
    for (const obeyed of ['\u001b', '\u0007', '\u202e']) expect(text + other).not.toContain(obeyed)
  })

  it('names cells, the way to an error, and the errors of a right script', () => {
    expect(formatCheck(reportWith({}, { cell: 3, line: 12 }))).toContain('net.py:cell 3:12:10')
    const refused = reportWith({
      verdict: 'unsupported',
      findings: [],
      parameters: [],
      course: null,
      reason: 'model.py, line 2: the script raised KeyError: 1',
      traceback: [
        { file: 'net.py', line: 9, function: '<module>' },
        { file: 'model.py', line: 2, function: 'run' },
      ],
    })
    expect(formatCheck(refused)).toContain('model.py, line 2, in run')
    expect(exitCodeOf(refused)).toBe(3)
    const right = reportWith({ verdict: 'clean', findings: [], course: null })
    expect(formatCheck(right)).toMatch(/✓ b {2}relative error 3\.0e-16/)
  })
})

describe('the report as a document', () => {
  it('has no null for a number', () => {
    const report = reportWith({
      parameters: [
        { ...parameter, relativeError: Number.POSITIVE_INFINITY, ratio: Number.NaN, relativeRatio: -Infinity },
      ],
    })
    const read = JSON.parse(JSON.stringify(documentOf(report)))
    expect(read.parameters).toEqual([
      { ...parameter, relativeError: 'Infinity', ratio: 'NaN', relativeRatio: '-Infinity' },
    ])
    expect(documentOf(reportWith())).toEqual(reportWith())
  })
})

describe('the report as a page', () => {
  it('shows text of the script as text', () => {
    const bad = '</code><script>alert(1)</script>&"\'\u0000'
    const page = htmlOf(
      reportWith(
        {
          file: bad,
          notes: [bad],
          parameters: [{ ...parameter, name: bad }],
          course: { name: bad, steps: [1], original: [1], repaired: [Number.NaN] },
          explanation: {
            loss: bad,
            steps: [
              {
                of: bad,
                shape: [],
                formula: bad,
                times: 1,
                forward: null,
                script: null,
                agreement: 'differs',
                factor: null,
              },
            ],
          },
        },
        {
          file: bad,
          message: bad,
          label: bad,
          evidence: [bad],
          frame: { line: 12, lines: [bad.repeat(3)] },
          fix: null,
        },
      ),
    )
    expect(page).not.toContain('<script')
    expect(page).not.toContain('\u0000')
    expect(page.match(/&lt;script&gt;/g)?.length).toBeGreaterThan(8)
  })

  it('stands alone, with its parts named', () => {
    const page = htmlOf(reportWith())
    expect(page).toContain("default-src 'none'")
    expect(page).not.toMatch(/https?:|src=|@import|url\(/)
    expect(page).toContain('dW = <mark>np.dot(dZ, X.T)</mark>')
    expect(page).toContain('<ins>+     dW = np.dot(dZ, X.T) / m</ins>')
    expect(page).toMatch(/<html lang="en">[\s\S]*<main>[\s\S]*<h1>[\s\S]*<caption>[\s\S]*scope="col"/)
  })
})
