import { describe, expect, it } from 'vitest'
import type { Progress } from '../training/index.ts'
import { formatConfusion } from './confusion.ts'
import { formatEpoch, formatProgress, progressView } from './progress.ts'
import { recordingIo } from './recording-io.fixture.ts'

const progress: Progress = {
  epoch: 2,
  epochs: 5,
  step: 542,
  stepInEpoch: 120,
  stepsPerEpoch: 422,
  loss: 0.0912345,
  accuracy: 0.97213,
  samplesPerSecond: 61204.4,
  secondsLeft: 12.3,
}
const record = { epoch: 2, step: 844, loss: 0.0912345, accuracy: 0.97213, learningRate: 0.001, seconds: 5.24 }

describe('the live line', () => {
  it('says all that is asked of it, and on a narrow terminal the more important', () => {
    const full = 'epoch 2/5  step 120/422  loss 0.09123  accuracy 97.21 %  61,204 images/s  12 s left'
    expect(formatProgress(progress, 'images', 100)).toBe(full)
    expect(formatProgress(progress, 'images', 79)).toBe(
      'epoch 2/5  step 120/422  loss 0.09123  accuracy 97.21 %  12 s left',
    )
    expect(formatProgress(progress, 'images', 60)).toBe('epoch 2/5  loss 0.09123  accuracy 97.21 %  12 s left')
    expect(formatProgress(progress, 'images', 20)).toBe('epoch 2/5  loss 0.0…')
  })

  it('is drawn on a terminal only, and taken away', () => {
    const terminal = recordingIo({ isTTY: true, columns: 90, env: { NO_COLOR: '1' } })
    const view = progressView(terminal.io, 5, 'images', false)
    view.progress(progress)
    view.epoch(record)
    view.end()
    const [clear, live] = ['\r\u001b[K', formatProgress(progress, 'images', 89)]
    expect(terminal.stderr()).toBe(`${clear}${live}${clear}${formatEpoch(record, 5)}\n${clear}`)
  })

  it.each([
    ['a pipe', { isTTY: false, env: {} }],
    ['a CI', { isTTY: true, env: { CI: 'true', NO_COLOR: '1' } }],
    ['a dumb terminal', { isTTY: true, env: { TERM: 'dumb' } }],
  ])('is a plain line an epoch on %s', (_, place) => {
    const recorded = recordingIo(place)
    const view = progressView(recorded.io, 5, 'images', false)
    view.progress(progress)
    view.epoch(record)
    view.end()
    expect(recorded.stderr()).toBe('epoch 2/5  loss 0.09123  accuracy 97.21 %  5.2 s\n')
  })
})

it('writes an epoch in less than 80 columns', () => {
  const validated = { ...record, validationLoss: 0.10129, validationAccuracy: 0.96951 }
  const line = formatEpoch(validated, 5)
  expect(line).toBe('epoch 2/5  loss 0.09123  accuracy 97.21 %  validation 0.1013  96.95 %  5.2 s')
  expect(line.length).toBeLessThan(80)
})

describe('a confusion matrix', () => {
  it('lines up, with dots where nothing is', () => {
    const counts = [
      [50, 0, 3],
      [0, 1048, 2],
      [1, 0, 7],
    ]
    expect(formatConfusion(counts, ['rose', 'tulip', 'lily']).join('\n')).toBe(
      [
        '       rose  tulip  lily',
        'rose     50      ·     3',
        'tulip     ·   1048     2',
        'lily      1      ·     7',
      ].join('\n'),
    )
  })

  it('of ten classes with thousands in each fits 80 columns', () => {
    const counts = Array.from({ length: 10 }, () => new Array<number>(10).fill(1234))
    const lines = formatConfusion(counts, [...'0123456789'])
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80)
    const named = formatConfusion(
      counts,
      Array.from({ length: 10 }, (_, index) => `a long class name ${index}`),
    )
    expect(Math.max(...named.map(({ length }) => length))).toBeLessThanOrEqual(80)
  })

  it('of many classes becomes a list of mistakes', () => {
    const counts = Array.from({ length: 50 }, (_, row) =>
      Array.from({ length: 50 }, (_, column): number => (row === column ? 9 : 0)),
    )
    const names = Array.from({ length: 50 }, (_, index) => `c${index}`)
    expect(formatConfusion(counts, names)).toEqual(['no mistakes'])
    const [first] = counts
    if (first !== undefined) first[3] = 4
    expect(formatConfusion(counts, names)).toEqual(['4  c0 taken for c3'])
  })
})
