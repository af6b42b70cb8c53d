/**
 * Repeated keys of a JSON object, which `JSON.parse` passes over: the last one wins, so two readers of one file
 * could see different arrays. The text must already have been parsed, so only strings and nesting matter here.
 */

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** The first key that any object of the text holds twice, or undefined. */
export function findRepeatedKey(json: string): string | undefined {
  // A loop over characters: a regular expression overflows its stack on a string of some megabytes.
  const scopes: Set<string>[] = []
  let pending: string | undefined
  for (let at = 0; at < json.length; at++) {
    const character = json[at]
    if (character === '"') {
      const end = endOfString(json, at)
      pending = json.slice(at, end)
      at = end - 1
    } else if (character === '{' || character === '[') scopes.push(new Set())
    else if (character === '}' || character === ']') scopes.pop()
    else if (character === ':' && pending !== undefined) {
      const key = String(JSON.parse(pending))
      const scope = scopes.at(-1)
      if (scope?.has(key) === true) return key
      scope?.add(key)
    }
  }
  return undefined
}

/** The position after the closing quote of the string that opens at `start`. */
function endOfString(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === BACKSLASH) at++
    else if (code === QUOTE) return at + 1
  }
  return json.length
}
