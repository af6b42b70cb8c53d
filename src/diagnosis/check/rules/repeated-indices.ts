/**
 * `W[rows] -= …` where some rows occur more than once: NumPy reads them all, changes them and writes them back, so that of a
 * row's changes the last one alone remains. `np.subtract.at` adds them up. Said only where that mends the gradients.
 */

import type { Analysis } from '../analyse.ts'
import { findingAt } from '../findings/at.ts'
import type { SourceEdit } from '../repair/repair.ts'
import { statementOf } from '../trace/location.ts'
import type { Finding } from '../types.ts'
import {
  fixOf,
  inOrder,
  listed,
  mendedBy,
  NOTHING_FOUND,
  type Outcome,
  replaceAt,
  type Scene,
  textAt,
  wrongNames,
} from './trial.ts'

const CHANGES = /^([A-Za-z_][\w.]*(?:\[['"]\w+['"]\])?)\[([\s\S]+?)\]\s*([-+])=\s*([\s\S]+)$/

interface Repeated {
  readonly site: number
  readonly edit: SourceEdit
  readonly subject: string
  readonly rows: string
  readonly lost: number
}

export async function repeatedIndices(scene: Scene): Promise<Outcome> {
  const { analysis } = scene
  const found = wrongNames(analysis).length === 0 ? [] : repeatedIn(analysis)
  if (found.length === 0) return NOTHING_FOUND
  const edits = inOrder(found.map((r) => r.edit))
  const outcome = await mendedBy(scene, edits)
  if (outcome === undefined) return NOTHING_FOUND
  const { after, mended } = outcome
  const findings = found.flatMap(({ site, edit, subject, rows, lost }): Finding[] => {
    const at = analysis.trace.sites[site]
    return findingAt(analysis, {
      kind: 'overwritten-sum',
      site,
      message: `${subject}[${rows}] is set once for each row: of rows that occur several times in ${rows} only the last change counts`,
      expected: 'the sum of all changes of a row, as np.add.at and np.subtract.at make it',
      received: at === undefined ? '' : textAt(analysis, at).trim(),
      evidence: [
        `${lost} of the changes in the first step that was traced are lost`,
        `checked: with all of them ${listed(mended)} ${mended.length > 1 ? 'follow their gradients' : 'follows its gradient'}`,
      ],
      parameters: mended,
    }).map((f) => ({ ...f, fix: fixOf(analysis, edit, true) }))
  })
  return { findings, edits, analysis: after }
}

/** The statements that write to some place of an array twice at once. */
function repeatedIn(analysis: Analysis): Repeated[] {
  const { tape, trace } = analysis
  const found = new Map<number, Repeated>()
  for (const [node, { op, params, site }] of trace.nodes.entries()) {
    if (op !== 'put' || tape.aside[node] === 1) continue
    const own = statementOf(trace, site)
    const at = trace.sites[own]
    const places = params.at as readonly number[] | undefined
    if (at?.kind !== 'AugAssign' || places === undefined || found.has(own)) continue
    const lost = places.length - new Set(places).size
    const [, subject, rows, sign, value] = lost > 0 ? (CHANGES.exec(textAt(analysis, at).trim()) ?? []) : []
    const numpy = /^\s*import numpy as (\w+)/m.exec(trace.sources.get(at.file) ?? '')?.[1] ?? 'numpy'
    if (subject === undefined || rows === undefined || value === undefined || rows.includes(']')) continue
    const index = rows.includes(',') ? `(${rows})` : rows
    const text = `${numpy}.${sign === '-' ? 'subtract' : 'add'}.at(${subject}, ${index}, ${value})`
    found.set(own, {
      site: own,
      edit: replaceAt(at, text),
      subject,
      rows,
      lost: lost / widthOf(analysis, node, places),
    })
  }
  return [...found.values()]
}

/** How many numbers a row has, where whole rows are written. */
function widthOf({ trace }: Analysis, node: number, places: readonly number[]): number {
  const width = trace.nodes[node]?.shape.slice(1).reduce((a, b) => a * b, 1) ?? 1
  return width > 0 && places.length % width === 0 ? width : 1
}
