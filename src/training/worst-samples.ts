/** The samples that a model gets most wrong: so many as are asked for, however many there are. */

import { classOf, type EvaluatedBatch } from './evaluator.ts'

export interface Mistake {
  /** Which sample, counted from 0 in the order of the data. */
  index: number
  /** The class number, or the numbers to predict. */
  target: number | number[]
  /** The class that was answered, or the numbers predicted. */
  answer: number | number[]
  /** The probability of the answered class; of numbers, the largest distance from its target. */
  score: number
}

/** Keeps the mistakes with the highest scores, the highest first; of equal ones the earlier sample. */
export class WorstSamples {
  readonly mistakes: Mistake[] = []
  private readonly most: number
  private seen = 0

  constructor(most: number) {
    this.most = most
  }

  add(batch: EvaluatedBatch): void {
    for (let row = 0; row < batch.rows; row++) {
      const mistake = mistakeOf(batch, row, this.seen + row)
      const least = this.mistakes[this.mistakes.length - 1]?.score ?? Number.NEGATIVE_INFINITY
      if (mistake === undefined || (this.mistakes.length >= this.most && mistake.score <= least)) continue
      const at = this.mistakes.findIndex(({ score }) => score < mistake.score)
      this.mistakes.splice(at < 0 ? this.mistakes.length : at, 0, mistake)
      if (this.mistakes.length > this.most) this.mistakes.pop()
    }
    this.seen += batch.rows
  }
}

function mistakeOf(batch: EvaluatedBatch, row: number, index: number): Mistake | undefined {
  const { predictions, targets, outputs, targetKind } = batch
  if (targets === undefined || targetKind === 'none') return undefined
  if (targetKind === 'classes') {
    const target = targets[row] ?? 0
    const answer = classOf(predictions, row, outputs)
    if (answer === target) return undefined
    const output = predictions[row * outputs + (outputs === 1 ? 0 : answer)] ?? 0
    return { index, target, answer, score: outputs === 1 && answer === 0 ? 1 - output : output }
  }
  const at = (values: ArrayLike<number>) => Array.from({ length: outputs }, (_, k) => values[row * outputs + k] ?? 0)
  const [target, answer] = [at(targets), at(predictions)]
  const score = Math.max(...target.map((value, k) => Math.abs(value - (answer[k] ?? 0))))
  return { index, target, answer, score }
}
