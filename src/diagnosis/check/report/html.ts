/** A report in; one HTML file that needs nothing else, with no script in it, out. */

import type { CheckResult, Finding, ParameterReport } from '../types.ts'
import { AGREEMENT_MARKS, agreementText } from './explain-text.ts'
import { placeOf } from './text.ts'

/** Text of a script is text on the page, whatever it contains. */
export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  // Characters that HTML does not allow, and marks that turn the direction of text.
  return text
    .replace(/[&<>"']/g, (c) => entities[c] ?? '')
    .replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (c) => (c === '\n' || c === '\t' ? c : '\ufffd'))
}

const VERDICTS = {
  clean: 'The gradients are right',
  faulty: 'The backward pass is wrong',
  unsupported: "Can't be analysed",
}

/** The report as a page: findings with their lines and fixes, parameters with their errors, and what was assumed. */
export function htmlOf(result: CheckResult): string {
  const count = result.findings.length
  const title = `${VERDICTS[result.verdict]}: ${result.file}`
  const lead =
    result.verdict === 'faulty'
      ? `${count} ${count === 1 ? 'finding' : 'findings'}, the one that matters most first.`
      : ''
  const parts = [
    `<header class="${result.verdict}"><p class="file">${escapeHtml(result.file)}</p><h1>${MARKS[result.verdict]} ${VERDICTS[result.verdict]}</h1>`,
    result.reason === null ? '' : `<p>${escapeHtml(result.reason)}</p>`,
    lead === '' ? '' : `<p>${lead}</p>`,
    '</header>',
    ...result.findings.map(section),
    parameterTable(result.parameters),
    courseSection(result),
    explanationSection(result),
    tracebackSection(result),
    notes(result),
  ]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${parts.filter((part) => part !== '').join('\n')}
</main>
</body>
</html>
`
}

const MARKS = { clean: '✓', faulty: '✗', unsupported: '?' }

function section(finding: Finding, index: number): string {
  const id = `finding-${index + 1}`
  const where =
    finding.fix === null
      ? `<dl><dt>Expected</dt><dd>${escapeHtml(finding.expected)}</dd><dt>Received</dt><dd><code>${escapeHtml(finding.received)}</code></dd></dl>`
      : `<h3>Fix${finding.fix.verified ? ', checked by running it' : ''}</h3>${diff(finding.fix)}`
  const evidence = finding.evidence.map((line) => `<li>${escapeHtml(line)}</li>`).join('')
  return `<section aria-labelledby="${id}">
<h2 id="${id}"><span class="place">${escapeHtml(placeOf(finding))}</span> ${escapeHtml(finding.message)}</h2>
<p class="kind">${escapeHtml(finding.code)}${finding.parameters.length > 0 ? `, parameters ${escapeHtml(finding.parameters.slice(0, 12).join(', '))}` : ''}</p>
${frame(finding)}
${finding.label === undefined ? '' : `<p>The marked part ${escapeHtml(finding.label)}.</p>`}
${where}
${evidence === '' ? '' : `<h3>Evidence</h3><ul>${evidence}</ul>`}
</section>`
}

function frame(finding: Finding): string {
  const { frame: shown } = finding
  if (shown === undefined) return ''
  const rows = shown.lines.map((text, i) => {
    const number = shown.line + i
    const inside = number >= finding.line && number <= finding.endLine
    return `<tr${inside ? ' class="hit"' : ''}><th scope="row">${number}</th><td><code>${inside ? marked(finding, number, text) : escapeHtml(text)}</code></td></tr>`
  })
  return `<div class="scroll" tabindex="0" role="region" aria-label="The script's lines"><table class="code"><caption class="hidden">${escapeHtml(finding.file)}, from line ${shown.line}</caption><tbody>${rows.join('')}</tbody></table></div>`
}

/** A line with the finding's part of it marked. */
function marked(finding: Finding, number: number, text: string): string {
  const characters = [...text]
  const indent = text.length - text.trimStart().length
  const from = number === finding.line ? finding.column - 1 : indent
  const to = number === finding.endLine ? finding.endColumn - 1 : characters.length
  const cut = (a: number, b?: number) => escapeHtml(characters.slice(a, b).join(''))
  return `${cut(0, from)}<mark>${cut(from, Math.max(to, from + 1))}</mark>${cut(Math.max(to, from + 1))}`
}

function diff(fix: NonNullable<Finding['fix']>): string {
  const removed = fix.removed.map((line) => `<del>- ${escapeHtml(line)}</del>`)
  const added = fix.added.map((line) => `<ins>+ ${escapeHtml(line)}</ins>`)
  return `<pre class="diff" tabindex="0">${[...removed, ...added].join('\n')}</pre>`
}

const figure = (x: number) => (Number.isFinite(x) ? Number(x.toPrecision(4)).toString() : String(x))

function parameterTable(parameters: readonly ParameterReport[]): string {
  if (parameters.length === 0) return ''
  const words = { right: '✓ right', wrong: '✗ wrong', 'not reached': '· not reached' }
  const rows = parameters.map(
    (p) =>
      `<tr class="${p.status.replace(' ', '-')}"><th scope="row"><code>${escapeHtml(p.name)}</code></th><td>${words[p.status]}</td><td>${figure(p.relativeError)}</td><td>${figure(p.ratio)}</td><td>${figure(p.relativeRatio)}</td></tr>`,
  )
  return `<section aria-labelledby="parameters"><h2 id="parameters">Parameters</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Parameters and their errors"><table><caption>Each update beside the true gradient, before any change</caption>
<thead><tr><th scope="col">Parameter</th><th scope="col">Gradient</th><th scope="col">Relative error</th><th scope="col">Update ÷ gradient</th><th scope="col">The same, relative to the others</th></tr></thead>
<tbody>${rows.join('')}</tbody></table></div></section>`
}

function courseSection({ course }: CheckResult): string {
  if (course === null) return ''
  const rows = course.steps.map((step, i) => {
    const cells = [course.original[i], course.repaired[i]].map(
      (v) => `<td>${typeof v === 'number' ? figure(v) : 'not reached'}</td>`,
    )
    return `<tr><th scope="row">${step}</th>${cells.join('')}</tr>`
  })
  return `<section aria-labelledby="course"><h2 id="course">The loss with and without the changes</h2>
<table><caption><code>${escapeHtml(course.name)}</code>, run twice from the same start</caption><thead><tr><th scope="col">Step</th><th scope="col">As written</th><th scope="col">Repaired</th></tr></thead><tbody>${rows.join('')}</tbody></table></section>`
}

function explanationSection({ explanation }: CheckResult): string {
  if (explanation === null) return ''
  const loss = escapeHtml(explanation.loss)
  const rows = explanation.steps.map((step) => {
    const forward = step.forward === null ? '' : escapeHtml(`${step.forward.line}: ${step.forward.text}`)
    const alike = step.times > 1 ? `, ${step.times} alike` : ''
    return `<tr class="${step.agreement.replace(' ', '-')}"><td><code>${forward}</code></td><td><code>∂${loss}/∂${escapeHtml(step.of)} = ${escapeHtml(step.formula)}</code> <span class="kind">[${step.shape.join(', ')}]${alike}</span></td><td>${AGREEMENT_MARKS[step.agreement]} ${escapeHtml(agreementText(step))}</td></tr>`
  })
  return `<section aria-labelledby="explanation"><h2 id="explanation">The true backward pass beside the script's</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Gradients"><table class="pass"><caption>From ∂${loss}/∂${loss} = 1 down. ✓ the script computes it, ≈ it computes a multiple of it, ✗ it computes something else, · it keeps no such value</caption>
<thead><tr><th scope="col">Forward</th><th scope="col">True gradient, and its shape</th><th scope="col">The script's</th></tr></thead><tbody>${rows.join('')}</tbody></table></div></section>`
}

function tracebackSection({ traceback }: CheckResult): string {
  if (traceback.length === 0) return ''
  const items = traceback.map((at) => {
    const place = at.cell === undefined ? `line ${at.line}` : `cell ${at.cell}, line ${at.line}`
    return `<li>${escapeHtml(at.file)}, ${place}${at.function === '' ? '' : `, in <code>${escapeHtml(at.function)}</code>`}</li>`
  })
  return `<section aria-labelledby="way"><h2 id="way">Where the script raised its error</h2><ol>${items.join('')}</ol></section>`
}

function notes(result: CheckResult): string {
  const { roles } = result
  const loss =
    roles.loss === null
      ? []
      : [
          `The loss is ${roles.loss}${roles.lossLine === null ? '' : ` (line ${roles.lossLine})`}${roles.stated ? '' : ', which the script does not state'}.`,
        ]
  const lines = [...loss, ...result.notes, `Run with ${result.python} in ${figure(result.elapsedMs / 1000)} s.`]
  return `<section aria-labelledby="notes"><h2 id="notes">Notes</h2><ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul></section>`
}

const STYLE = `
:root { color-scheme: light dark; --back: #fff; --text: #1c2024; --dim: #5b636b; --line: #d5d9dd; --soft: #f4f6f8; --bad: #b3261e; --good: #17692c; --unsure: #7a5200; --mark: #ffe08a; --on-mark: #1c2024 }
@media (prefers-color-scheme: dark) { :root { --back: #16191d; --text: #e6e8ea; --dim: #a4adb5; --line: #3a4047; --soft: #1f2429; --bad: #ff9a90; --good: #7fd699; --unsure: #f0c36a; --mark: #6a5200; --on-mark: #fff } }
body { margin: 0; background: var(--back); color: var(--text); font: 1rem/1.5 system-ui, sans-serif }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem }
header { border-bottom: 1px solid var(--line); margin-bottom: 1rem }
h1 { font-size: 1.6rem; margin: 0 0 .5rem } h2 { font-size: 1.15rem; margin: 2rem 0 .3rem } h3 { font-size: 1rem; margin: 1rem 0 .3rem }
.faulty h1 { color: var(--bad) } .clean h1 { color: var(--good) } .unsupported h1 { color: var(--unsure) }
.file, .kind, caption { color: var(--dim); margin: 0 } .place { font-family: ui-monospace, monospace; font-weight: 400; overflow-wrap: anywhere }
code, pre, .code { font-family: ui-monospace, monospace; font-size: .9rem }
.scroll { overflow-x: auto } table { border-collapse: collapse; margin: .5rem 0 } caption { text-align: left; padding-bottom: .3rem }
th, td { text-align: left; padding: .2rem .8rem .2rem 0; font-weight: 400; vertical-align: top } thead th { border-bottom: 1px solid var(--line); color: var(--dim) }
.code { background: var(--soft); width: 100% } .code th { color: var(--dim); text-align: right; padding: 0 .8rem; user-select: none; width: 1% } .code td { white-space: pre; padding: 0 .8rem 0 0 } .hit th { color: var(--text); font-weight: 700 }
mark { background: var(--mark); color: var(--on-mark) } .diff { background: var(--soft); padding: .5rem .8rem; overflow-x: auto; margin: .3rem 0 } del, ins { text-decoration: none } del { color: var(--bad) } ins { color: var(--good) }
.pass td { padding-bottom: .6rem; min-width: 12rem } .differs td:last-child { color: var(--bad) } .proportional td:last-child { color: var(--unsure) } .agrees td:last-child, .update td:last-child { color: var(--good) }
tr.wrong td:nth-child(2) { color: var(--bad) } tr.right td:nth-child(2) { color: var(--good) } dt { color: var(--dim) } dd { margin: 0 0 .4rem }
.hidden { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden }
:focus-visible { outline: 2px solid var(--unsure) }
@media (max-width: 30rem) { th, td { padding-right: .5rem } h1 { font-size: 1.3rem } }
@media print { main { max-width: none } }
`
