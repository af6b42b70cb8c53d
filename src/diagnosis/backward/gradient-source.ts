/**
 * The hand-written gradients at the point where the subject stands. A backward pass that adds to what it returned before
 * is found here, and its sums are taken apart again.
 */

import { NablaError } from '../../shared/index.ts'
import type { Gradient, Subject, Values } from './subject.ts'

type Gradients = ReturnType<Subject['gradients']>

export class GradientSource {
  /** Parameters whose gradient grows with each call. */
  accumulated: readonly string[] = []
  /** Parameters that backward() changes. */
  changed: readonly string[] = []
  private readonly subject: Subject
  private settled = false

  constructor(subject: Subject) {
    this.subject = subject
  }

  /** The gradients here, of one call; `truths` take the place of intermediate ones. */
  read(truths?: Values): Gradients {
    let first = this.call(truths)
    if (!this.settled) {
      this.settled = true
      this.compareCalls(first)
      if (this.accumulated.length > 0) first = this.call(truths)
    }
    if (this.accumulated.length === 0) return first
    const second = this.call(truths)
    const parameters = new Map(second.parameters)
    for (const name of this.accumulated) {
      const [before, after] = [first.parameters.get(name), second.parameters.get(name)]
      if (before !== undefined && after !== undefined) parameters.set(name, minus(after, before))
    }
    return { ...second, parameters }
  }

  private call(truths?: Values): Gradients {
    const gradients = this.subject.gradients(truths)
    const changed = this.subject.changed()
    if (changed.length > 0) this.changed = changed
    return gradients
  }

  private compareCalls(first: Gradients): void {
    const second = this.call()
    const names = [...first.parameters.keys()].filter(
      (name) => !same(first.parameters.get(name), second.parameters.get(name)),
    )
    if (names.length === 0) return
    const third = this.call()
    for (const name of names) {
      const [a, b, c] = [first, second, third].map(({ parameters }) => parameters.get(name)) as [
        Gradient,
        Gradient,
        Gradient,
      ]
      const [early, late] = [minus(b, a).values, minus(c, b).values]
      const size = Math.max(...early.map(Math.abs))
      if (early.every((x, at) => Math.abs(x - (late[at] ?? Number.NaN)) <= 1e-9 * size)) continue
      throw new NablaError({
        code: 'E-USAGE',
        where: `backward(), "${name}"`,
        expected: 'the same gradient when it is called again at the same values',
        received: 'another one at each call',
        fix: 'draw nothing at random in it, and let it keep nothing from call to call (momentum, running means).',
      })
    }
    this.accumulated = names
  }
}

function same(a: Gradient | undefined, b: Gradient | undefined): boolean {
  if (a === undefined || b === undefined || a.values.length !== b.values.length) return false
  return a.values.every((x, at) => x === b.values[at] || (Number.isNaN(x) && Number.isNaN(b.values[at])))
}

function minus(a: Gradient, b: Gradient): Gradient {
  return { shape: a.shape, values: a.values.map((x, at) => x - (b.values[at] ?? Number.NaN)) }
}
