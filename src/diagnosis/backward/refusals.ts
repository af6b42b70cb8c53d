/** What the subject of a check refuses, with what was expected, what came and what to do. */

import { NablaError } from '../../shared/index.ts'
import { type Cells, cellsOf } from './cells.ts'
import type { BackwardParameter } from './types.ts'

export function writable(source: BackwardParameter, where: string): Cells {
  const wrong = (received: string, fix: string) =>
    new NablaError({ code: 'E-VALUE', where, expected: 'numbers that can be changed in place', received, fix })
  if (typeof source === 'number') {
    throw wrong('a number', 'give { get: () => b, set: (value) => { b = value } }.')
  }
  const cells = cellsOf(source, where)
  try {
    for (let at = 0; at < cells.size; at++) cells.set(at, cells.get(at))
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    throw wrong('a frozen array', 'give the array that forward() reads, and do not freeze it.')
  }
  return cells
}

export function notFinite(where: string, received: string): NablaError {
  return new NablaError({
    code: 'E-NAN',
    where,
    expected: 'finite numbers',
    received,
    fix: 'check at values where the loss is finite: smaller weights, a logarithm that is kept away from 0.',
  })
}

export function repeated(name: string): NablaError {
  return new NablaError({
    code: 'E-NAME',
    where: `probe "${name}"`,
    expected: 'a name of its own for each value',
    received: `"${name}" again`,
    fix: 'number values that are made in a loop: "h0", "h1", …',
  })
}

export function notAName(caller: string, name: unknown): NablaError {
  return new NablaError({
    code: 'E-USAGE',
    where: `${caller}(), probe`,
    expected: 'a name and a value: probe("z1", z1)',
    received: `a ${typeof name} as name`,
    fix: 'give the name first.',
  })
}

export function missing(name: string, names: readonly string[]): NablaError {
  return new NablaError({
    code: 'E-NAME',
    where: `backward(), "${name}"`,
    expected: 'a gradient for every parameter',
    received: `gradients for ${names.join(', ') || 'none'}`,
    fix: `return the gradient of "${name}" as well, under this name.`,
  })
}
