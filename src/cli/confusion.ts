/** A confusion matrix as text: rows are the true classes, columns what the network answered. */

import { cutText, formatColumns } from './text.ts'

/** More classes than this are no table that a person reads. */
const MOST_CLASSES = 40

/**
 * The matrix within `width` columns: names are cut to what fits, and where even single numbers do not fit, the most
 * frequent mistakes are listed in its place. `counts[target][prediction]`.
 */
export function formatConfusion(
  counts: readonly (readonly number[])[],
  names: readonly string[],
  width = 80,
): string[] {
  const cells = counts.map((row) => row.map((count) => (count === 0 ? '·' : String(count))))
  const widest = Math.max(1, ...cells.flat().map((cell) => cell.length))
  const nameWidth = Math.min(16, Math.max(1, ...names.map((name) => name.length)))
  const perColumn = Math.floor((width - nameWidth) / Math.max(1, counts.length)) - 2
  if (perColumn < widest || counts.length > MOST_CLASSES) return formatMistakes(counts, names)
  const heading = names.map((name) => cutText(name, Math.max(widest, Math.min(perColumn, 8))))
  const rows = [
    ['', ...heading],
    ...cells.map((row, target) => [cutText(names[target] ?? String(target), nameWidth), ...row]),
  ]
  return formatColumns(rows, ['left', ...heading.map(() => 'right' as const)])
}

/** The ten mistakes that occur most often, a line each. */
function formatMistakes(counts: readonly (readonly number[])[], names: readonly string[]): string[] {
  const nameOf = (index: number) => cutText(names[index] ?? String(index), 28)
  const mistakes = counts
    .flatMap((row, target) => row.map((count, answer) => ({ target, answer, count })))
    .filter(({ target, answer, count }) => target !== answer && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, 10)
  if (mistakes.length === 0) return ['no mistakes']
  const rows = mistakes.map(({ target, answer, count }) => [
    String(count),
    `${nameOf(target)} taken for ${nameOf(answer)}`,
  ])
  return formatColumns(rows, ['right', 'left'])
}
