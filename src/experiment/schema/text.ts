/** What the text of a flag means: a number, true or false, JSON, or just text. */

import type { Place } from './place.ts'

/** "0.5" is a number, "true" a flag, "[1, 2]" and "{…}" are JSON; all else stays text, for the message. */
export function parsePlain(text: string, place: Place): unknown {
  const trimmed = text.trim()
  if (trimmed === '') return text
  const number = Number(trimmed)
  if (!Number.isNaN(number)) return number
  if (trimmed === 'true' || trimmed === 'false') return trimmed === 'true'
  return /^[[{"]/.test(trimmed) ? parseJson(trimmed, place) : text
}

/** Names before a colon may stand without quotes, as the messages write them: { logUniform: [1e-4, 1e-1] }. */
const quoteNames = (text: string) =>
  text.replace(/"(?:[^"\\]|\\.)*"|([A-Za-z_][\w.]*)(?=\s*:)/g, (whole, name?: string) =>
    name === undefined ? whole : `"${name}"`,
  )

function parseJson(text: string, place: Place): unknown {
  try {
    return JSON.parse(quoteNames(text))
  } catch {
    throw place.error('E-VALUE', 'JSON', text, 'close every bracket, and put text in double quotes.')
  }
}

/** Cut at the commas that stand in no bracket and no quotes: "a,b(1,2)" is "a" and "b(1,2)". */
export function splitList(text: string): string[] {
  const parts: string[] = []
  let [part, depth, quoted] = ['', 0, false]
  for (const character of text) {
    if (character === '"') quoted = !quoted
    else if (!quoted && '([{'.includes(character)) depth++
    else if (!quoted && ')]}'.includes(character)) depth--
    if (character === ',' && depth === 0 && !quoted) {
      parts.push(part)
      part = ''
    } else part += character
  }
  return [...parts, part].map((each) => each.trim())
}

/** "every=10,factor=0.5" as [["every", "10"], ["factor", "0.5"]]; a part without "=" has an empty name. */
export function splitPairs(text: string): [name: string, value: string][] {
  return splitList(text).map((part) => {
    const at = part.indexOf('=')
    return at < 0 ? ['', part] : [part.slice(0, at).trim(), part.slice(at + 1).trim()]
  })
}
