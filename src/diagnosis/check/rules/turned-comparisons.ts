/**
 * A mask of the backward pass that lets through what it should stop: with its comparison turned round, the gradients are
 * the true ones. A mask that is an index of an array is no operation of the tape, so that the script is run on trial.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import type { ParameterResult } from '../judge.ts'
import { signalNodes } from '../repair/statements.ts'
import type { Finding } from '../types.ts'
import { headersOf } from './blocks.ts'
import {
  analyseEdited,
  fixOf,
  listed,
  NOTHING_FOUND,
  type Outcome,
  replaceAt,
  type Scene,
  textAt,
  wrongNames,
} from './trial.ts'

const COMPARISONS = new Set(['greater', 'greater_equal', 'less', 'less_equal'])
const MOST_TRIALS = 6

export async function turnedComparisons(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  const wrong = wrongNames(analysis)
  if (!analysis.best?.results.some((r) => isFar(r, analysis.points.values.length))) return NOTHING_FOUND
  const edits = sitesIn(analysis).flatMap((site) => {
    const at = analysis.trace.sites[site]
    if (at === undefined) return []
    const text = textAt(analysis, at)
    const others = othersFor(analysis, site).map((name) => text.replace(/^[^<>=]+?(?=\s*[<>])/, name))
    return [...others, ...turnedTexts(text)].map((turned) => ({ site, edit: replaceAt(at, turned) }))
  })
  for (const { site, edit } of edits.slice(0, MOST_TRIALS)) {
    const after = await analyseEdited(scene, [edit])
    const still = after && wrongNames(after)
    if (after === undefined || still === undefined || !explains(analysis, after, wrong, still)) continue
    const findings = claim(analysis, site, edit.text, wrong, still)
    return {
      findings: findings.map((f) => ({ ...f, fix: fixOf(analysis, edit, true) })),
      edits: [edit],
      analysis: after,
    }
  }
  return NOTHING_FOUND
}

/** A mask that is turned leaves nothing of a gradient where it should be: it is no matter of a few elements. */
const isFar = ({ status, residual, step }: ParameterResult, points: number) =>
  status === 'wrong' && residual > (step.gradient.length <= points ? FAR_ALONE : FAR)

const FAR = 0.1
/** Of a single number only its largest gradient at a few points decides. */
const FAR_ALONE = 1e-3

/** All that was wrong is right, and what was right still is; the loss is the same, or one that the script states. */
function explains(before: Analysis, after: Analysis, wrong: readonly string[], still: readonly string[]): boolean {
  const names = new Set(after.best?.results.map((r) => r.chain.name))
  const loss = before.best?.measured.loss
  const now = after.best?.measured.loss
  const same = now?.stated === true || (now?.form === loss?.form && now?.name === loss?.name)
  return same && still.length === 0 && wrong.length > 0 && wrong.every((name) => names.has(name))
}

/** Comparisons with values of the forward pass that the loss is not computed from, the last of them first. */
function sitesIn({ tape, trace, dependence, best }: Analysis): number[] {
  const terms = best?.measured.loss.steps.flatMap((s) => s.terms.map(([n]) => n)) ?? []
  const forward = tape.ancestors(terms, dependence.cut)
  const compared = tape.trace.nodes.flatMap((_, node) => {
    const { op, site } = tape.entry(node)
    const counts = COMPARISONS.has(op) && tape.aside[node] !== 1 && dependence.depends[node] === 1
    return counts && trace.sites[site]?.kind === 'Compare' && !endsLoop(trace, site) ? [{ node, site }] : []
  })
  const ahead = new Set(compared.filter((c) => forward.has(c.node)).map((c) => c.site))
  const sites = new Set(compared.filter((c) => !ahead.has(c.site)).map((c) => c.site))
  return [...sites].reverse()
}

/** What may be meant where a gradient is compared, `d[d <= 0] = 0`: names of values of the forward pass that have its shape. */
function othersFor(analysis: Analysis, site: number): string[] {
  const { tape, trace, dependence } = analysis
  const node = trace.nodes.findIndex((n) => n.site === site && COMPARISONS.has(n.op))
  const [compared = -1] = node < 0 ? [] : tape.entry(node).args
  const at = trace.sites[site]
  if (compared < 0 || at === undefined || signalNodes(analysis, node)[compared] !== 1) return []
  const lines = trace.sources.get(at.file)?.split('\n') ?? []
  const start = headersOf(lines, at.line - 1).find((h) => /^\s*def\b/.test(lines[h] ?? '')) ?? 0
  const own = lines.slice(start, at.line).join('\n')
  const shape = trace.nodes[compared]?.shape.join()
  const terms = analysis.best?.measured.loss.steps.flatMap((s) => s.terms.map(([n]) => n)) ?? []
  const forward = tape.ancestors(terms, dependence.cut)
  const found = new Map<string, number>()
  for (const event of trace.events) {
    if (event.kind !== 'store' || event.node >= node || event.place === 'item') continue
    const isMeant = trace.nodes[event.node]?.shape.join() === shape && dependence.depends[event.node] === 1
    const name = `${event.place === 'name' ? '' : 'self.'}${event.key}`
    // Rows that were joined, `np.vstack(hs)`, are no part of the loss, and what they are made of is.
    const isForward = forward.has(event.node) || tape.entry(event.node).args.some((arg) => forward.has(arg))
    const isHere = new RegExp(`(?<![\\w.])${name.replace('.', '\\.')}(?!\\w)`).test(own)
    if (isMeant && isForward && isHere && event.node !== compared) found.set(name, event.node)
  }
  return [...found.keys()].slice(-MOST_OTHERS)
}

const MOST_OTHERS = 3

/** Whether a comparison says when a loop is over, and is no mask. */
function endsLoop({ sites, sources }: Analysis['trace'], site: number): boolean {
  const { file = '', line = 0 } = sites[site] ?? {}
  const [own = '', next = ''] = (sources.get(file)?.split('\n') ?? []).slice(line - 1, line + 1)
  return (
    /^\s*while\b/.test(own) || /:\s*break\b/.test(own) || (/^\s*(?:if|elif)\b/.test(own) && /^\s*break\b/.test(next))
  )
}

/** `x > 0` as `x < 0`, as `x <= 0`, and as `x >= 0`: `a < 0` never holds behind a ReLU, and `a <= 0` does where it should. */
function turnedTexts(text: string): string[] {
  const match = /^([^<>=]+)([<>])(=?)([^<>=]+)$/.exec(text)
  if (match === null) return []
  const [, left, sign, equal, right] = match
  const other = sign === '<' ? '>' : '<'
  const otherEqual = equal === '' ? '=' : ''
  return [
    `${left}${other}${equal}${right}`,
    `${left}${other}${otherEqual}${right}`,
    `${left}${sign}${otherEqual}${right}`,
  ]
}

function claim(
  analysis: Analysis,
  site: number,
  text: string,
  wrong: readonly string[],
  still: readonly string[],
): Finding[] {
  const at = analysis.trace.sites[site]
  const names = wrong.filter((name) => !still.includes(name))
  const received = at === undefined ? '' : textAt(analysis, at)
  const isTurned = received.includes('<') !== text.includes('<')
  const [was, is] = [received, text].map((t) => t.split(/\s*[<>]/)[0])
  return findingAt(analysis, {
    kind: 'wrong-activation-derivative',
    site,
    message:
      was !== is
        ? `the mask is made of ${was}, a gradient: the derivative is that of ${is}`
        : isTurned
          ? 'the comparison is turned round: the mask lets through what it should stop, and stops what it should let through'
          : 'the comparison decides wrongly where both sides are equal, as behind a ReLU, whose result is never below 0',
    expected: text,
    received,
    evidence: [`checked: with ${text}, the gradients of ${listed(names)} are the true ones`],
    parameters: names,
  })
}
