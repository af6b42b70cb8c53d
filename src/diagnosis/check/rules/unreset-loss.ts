/**
 * A loss that is summed over the batches of an epoch, begun once before all epochs, and shown in each of them: it grows
 * however well the training goes. A sum that is divided by how much went into it is a running mean, and right.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import { LOSS_NAME } from '../roles/stated-losses.ts'
import type { Finding } from '../types.ts'
import { indentOf, loopsIn } from './blocks.ts'
import { textAt, wrongNames } from './trial.ts'

export function unresetLoss(analysis: Analysis): Finding[] {
  const { trace, dependence, best } = analysis
  const seen = new Set<string>()
  const terms = new Set(best?.measured.loss.steps.flatMap((s) => s.terms.map(([n]) => n)))
  // Asked of every turn of every sum: found for all of them in one go.
  let contains: Uint8Array | undefined
  const isLoss = (node: number) => {
    contains ??= containing(analysis, terms)
    return contains[node] === 1
  }
  for (const event of trace.events) {
    if (event.kind !== 'store' || event.place !== 'name' || dependence.depends[event.node] !== 1) continue
    const at = trace.sites[event.site]
    const name = String(event.key)
    const key = `${at?.file}:${at?.line} ${name}`
    if (at?.kind !== 'AugAssign' || seen.has(key) || !(LOSS_NAME.test(name) || isLoss(event.node))) continue
    seen.add(key)
    if (!new RegExp(`^${name}\\s*\\+=`).test(textAt(analysis, at).trim())) continue
    const lines = trace.sources.get(at.file)?.split('\n').map(withoutComment) ?? []
    const found = begunOnce(lines, at.line - 1, name)
    if (found === undefined) continue
    const site = trace.sites.findIndex((s) => s.file === at.file && s.line === found.start + 1 && s.kind === 'Assign')
    return findingAt(analysis, {
      kind: 'logged-loss',
      site: site >= 0 ? site : event.site,
      message: `${name} begins at 0 once, before the loop of line ${found.loop + 1}: what line ${found.shown + 1} shows is the sum of all its rounds so far, and grows however well the training goes${wrongNames(analysis).length === 0 ? '. The gradients are right' : ''}`,
      expected: `${name} set back to 0 in each round of that loop`,
      received: (lines[found.start] ?? '').trim(),
      evidence: [
        `no statement of the loop sets it back, and line ${found.shown + 1} does not divide it by how much was added`,
      ],
    })
  }
  return []
}

/** 1 for what is computed from one of some values without a parameter between them, and for those values. */
function containing({ tape, dependence }: Analysis, values: ReadonlySet<number>): Uint8Array {
  const found = new Uint8Array(tape.length)
  for (let node = 0; node < tape.length; node++)
    if (values.has(node) || (!dependence.cut.has(node) && tape.entry(node).args.some((arg) => found[arg] === 1)))
      found[node] = 1
  return found
}

const withoutComment = (line: string) => line.replace(/#(?=[^'"]*$).*/, '')

interface Begun {
  readonly start: number
  readonly loop: number
  readonly shown: number
}

/** Where a sum of an inner loop begins, which the loop around that shows and never sets back. Lines count from 0. */
function begunOnce(lines: readonly string[], line: number, name: string): Begun | undefined {
  const [inner, ...around] = loopsIn(lines, line)
  const loop = around.at(-1)
  if (inner === undefined || loop === undefined || lines.some((l) => globals(name).test(l))) return undefined
  const indent = indentOf(lines[loop] ?? '')
  const isZero = new RegExp(`^${' '.repeat(indent)}${name}\\s*=\\s*0(?:\\.0*)?\\s*$`)
  const start = lines.slice(0, loop).findLastIndex((l) => isZero.test(l))
  const after = lines.findIndex((l, i) => i > loop && l.trim() !== '' && indentOf(l) <= indent)
  const end = after < 0 ? lines.length : after
  const body = lines.slice(loop, end)
  if (start < 0 || body.some((l) => isSet(l, name))) return undefined
  const isUse = (l: string, i: number) => i !== line && i > loop && i < end && new RegExp(`\\b${name}\\b`).test(l)
  const uses = lines.flatMap((l, i) => (isUse(l, i) ? [i] : []))
  const [shown] = uses
  // What is compared, or taken off something, is not meant to be read as it is.
  const isPlain = (i: number) => {
    const text = (lines[i] ?? '').replaceAll(`${name}=`, '').replaceAll(`${name} =`, '')
    // `mean = total / n` is shown, or decides, in its place.
    const isMean = new RegExp(`^\\s*\\w+\\s*=\\s*${name}\\s*/`).test(text)
    return isMean || !new RegExp(`(?:[-<>=]\\s*${name}\\b)|(?:\\b${name}\\s*[-<>])`).test(text)
  }
  if (shown === undefined || !uses.every(isPlain)) return undefined
  return uses.some((i) => isDivided(lines[i] ?? '', name, body)) ? undefined : { start, loop, shown }
}

const globals = (name: string) => new RegExp(`^\\s*(?:global|nonlocal)\\b.*\\b${name}\\b`)

/** Whether a line gives a name another value than its own plus something. */
function isSet(line: string, name: string): boolean {
  const [left = ''] = /^[^=!<>]*[^=!<>+*/-](?==(?!=))/.exec(line) ?? []
  return new RegExp(`(?:^|[\\s,(;])${name}\\s*(?:,|\\)|$|=)`).test(left) && !/[([].*=/.test(left)
}

/** Whether a sum is divided by something that changes within the loop: how much was added so far. */
function isDivided(line: string, name: string, body: readonly string[]): boolean {
  const divisor = new RegExp(`\\b${name}\\b\\s*\\)?\\s*/\\s*([^,%}]+)`).exec(line)?.[1] ?? ''
  const [header = ''] = body
  // A list that grows is as long as what was added; data that are only put into another order are not.
  const grows = (list: string) => body.some((l) => new RegExp(`\\b${list}(?:\\.(?:append|extend)\\(|\\s*\\+=)`).test(l))
  const counts = divisor.replace(/\blen\((\w+)\)/g, (whole, list: string) => (grows(list) ? whole : ''))
  return [...counts.matchAll(/[A-Za-z_]\w*/g)].some(
    ([word]) =>
      new RegExp(`\\bfor\\b[^:]*\\b${word}\\b[^:]*\\bin\\b`).test(header) ||
      body.some((l) => isSet(l, word) || new RegExp(`^\\s*${word}\\s*\\+=`).test(l)),
  )
}
