/** Text as a terminal can show it: its width, its lines, nothing in it that a terminal would obey. */

export interface Paint {
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
  dim(text: string): string
  bold(text: string): string
}

const same = (text: string) => text

export const plainPaint: Paint = { red: same, green: same, yellow: same, dim: same, bold: same }

const TAB = '    '
// C0, C1 and delete; marks that turn the direction of text.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be kept off a terminal.
const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u
const MARK = /\p{Mn}|\u200d|\ufe0f/u

/** One line of text from a script: tabs as spaces, control characters as a replacement mark. */
export function printable(text: string): string {
  return text.replaceAll('\t', TAB).replaceAll('\n', ' ').replace(OBEYED, '\ufffd')
}

/** Columns that a text takes. */
export function widthOf(text: string): number {
  let width = 0
  for (const character of text) width += MARK.test(character) ? 0 : WIDE.test(character) ? 2 : 1
  return width
}

/** Broken at spaces so that no line is wider than `width`, lines after the first indented by `hang`. */
export function wrapped(text: string, width: number, hang: number): string[] {
  if (widthOf(text) <= width) return [text]
  const lead = /^ */.exec(text)?.[0] ?? ''
  const lines: string[] = []
  const indent = ' '.repeat(Math.min(hang, Math.max(0, width - 12)))
  let line = lead
  let empty = true
  for (const word of text.trim().split(' ')) {
    if (!empty && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line)
      line = indent
      empty = true
    }
    line += empty ? word : ` ${word}`
    empty = false
  }
  return [...lines, line]
}
