/** Which classes are taken for which: a matrix while it can be read, and the commonest mistakes of any number of classes. */

import { formatCount, formatPercent } from '../shared/index.ts'
import { type Html, html } from './html.ts'

/** A matrix of more classes than this is a list of its commonest mistakes. */
const MOST_COLUMNS = 25
const MOST_LISTED = 30

export function renderConfusion(confusion: readonly (readonly number[])[], names: readonly string[]): Html {
  const nameOf = (label: number) => names[label] ?? String(label)
  return confusion.length <= MOST_COLUMNS ? matrix(confusion, nameOf) : list(confusion, nameOf)
}

type NameOf = (label: number) => string

const bdi = (name: string) => html`<bdi>${name}</bdi>`

/** True classes by row; the share of each that was found at the end. */
function matrix(confusion: readonly (readonly number[])[], nameOf: NameOf): Html {
  const head = confusion.map((_, answer) => html`<th scope="col">${bdi(nameOf(answer))}</th>`)
  const rows = confusion.map((row, target) => {
    const total = row.reduce((sum, count) => sum + count, 0)
    const cells = row.map((count, answer) => cell(count, count / Math.max(1, total), target === answer))
    const recall = total === 0 ? 'none' : formatPercent((row[target] ?? 0) / total)
    return html`<tr><th scope="row">${bdi(nameOf(target))}</th>${cells}<td>${recall}</td></tr>
`
  })
  const caption = 'True class by row, answered class by column; the last column is the share that was answered right.'
  return html`<div class="scroll matrix" role="region" aria-labelledby="confusion-caption" tabindex="0">
<table class="matrix"><caption id="confusion-caption">${caption}</caption>
<thead><tr><th scope="col">class</th>${head}<th scope="col">found</th></tr></thead><tbody>${rows}</tbody></table></div>`
}

/** Shaded by its share of the row; faint enough that the number can be read. */
function cell(count: number, share: number, isRight: boolean): Html {
  if (count === 0) return html`<td class="none">0</td>`
  const strength = (isRight ? 0.06 + 0.24 * share : 0.08 + 0.34 * Math.sqrt(share)).toFixed(3)
  return html`<td style="background:rgba(var(--${isRight ? 'right' : 'wrong'}),${strength})">${formatCount(count)}</td>`
}

function list(confusion: readonly (readonly number[])[], nameOf: NameOf): Html {
  const mistakes = confusion
    .flatMap((row, target) => row.map((count, answer) => ({ target, answer, count })))
    .filter(({ target, answer, count }) => target !== answer && count > 0)
    .sort((a, b) => b.count - a.count)
  const shown = mistakes.slice(0, MOST_LISTED)
  const caption = `The ${shown.length} commonest of ${formatCount(mistakes.length)} kinds of mistakes, of ${formatCount(confusion.length)} classes.`
  const rows = shown.map(
    ({ target, answer, count }) =>
      html`<tr><td class="number">${formatCount(count)}</td><td>${bdi(nameOf(target))}</td><td>${bdi(nameOf(answer))}</td></tr>
`,
  )
  return html`<div class="scroll" role="region" aria-labelledby="confusion-caption" tabindex="0"><table class="words"><caption id="confusion-caption">${caption}</caption>
<thead><tr><th scope="col">samples</th><th scope="col">true class</th><th scope="col">answered</th></tr></thead><tbody>${rows}</tbody></table></div>`
}
