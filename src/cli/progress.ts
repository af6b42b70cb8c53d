/**
 * How a run is shown while it goes on, on standard error: on a terminal one line that is drawn over itself, and
 * everywhere one line an epoch that stays.
 */

import { formatCount, formatDuration, formatNumber, formatPercent } from '../shared/index.ts'
import type { EpochRecord, Progress } from '../training/index.ts'
import { type CommandIo, canAnimate, colorsFor, widthOf } from './io.ts'
import { cutText } from './text.ts'

/** "\r" to the line's start, then "erase to the end of the line" (ECMA-48, EL). */
const CLEAR_LINE = '\r\u001b[K'

export interface ProgressView {
  progress(progress: Progress): void
  epoch(record: EpochRecord): void
  /** A line that stays, about what else happens. */
  line(text: string): void
  /** Takes the live line away. */
  end(): void
}

/** What the view shows nothing of. */
const silent: ProgressView = { progress: () => {}, epoch: () => {}, line: () => {}, end: () => {} }

/** `samples` is what one of them is called, in the plural: "images". */
export function progressView(io: CommandIo, epochs: number, samples: string, quiet: boolean): ProgressView {
  if (quiet) return silent
  const { stderr, env } = io
  const animated = canAnimate(stderr, env)
  const colors = colorsFor(stderr, env)
  const clear = () => {
    if (animated) stderr.write(CLEAR_LINE)
  }
  const line = (text: string) => {
    clear()
    stderr.write(`${text}\n`)
  }
  return {
    line,
    epoch: (record) => line(formatEpoch(record, epochs)),
    progress: (progress) => {
      if (!animated) return
      // One column stays free: some terminals wrap when the last is written to.
      const text = formatProgress(progress, samples, widthOf(stderr) - 1)
      stderr.write(`${CLEAR_LINE}${colors.dim(text)}`)
    },
    end: clear,
  }
}

/**
 * "epoch 2/5  step 120/422  loss 0.0912  accuracy 97.21 %  61,204 images/s  12 s left". What a narrow terminal has no
 * room for is left out: first the rate, then the steps.
 */
export function formatProgress(progress: Progress, samples: string, width: number): string {
  const { epoch, epochs, stepInEpoch, stepsPerEpoch, loss, accuracy, samplesPerSecond, secondsLeft } = progress
  const steps = `step ${stepInEpoch}/${stepsPerEpoch}`
  const rate = `${formatCount(samplesPerSecond)} ${samples}/s`
  const parts = [
    `epoch ${epoch}/${epochs}`,
    steps,
    `loss ${formatNumber(loss)}`,
    ...(accuracy === undefined ? [] : [`accuracy ${formatPercent(accuracy)}`]),
    rate,
    `${formatDuration(secondsLeft)} left`,
  ]
  const without = (...left: string[]) => parts.filter((part) => !left.includes(part)).join('  ')
  const fitting = [without(), without(rate), without(rate, steps)].find(({ length }) => length <= width)
  return fitting ?? cutText(without(rate, steps), width)
}

/** The figures of validation where there is any, else of training. */
function furtherMetrics({ metrics = {} }: EpochRecord): string[] {
  const isValidation = (name: string) => /^validation[A-Z]/.test(name)
  const shown = Object.keys(metrics).some(isValidation)
    ? Object.keys(metrics).filter(isValidation)
    : Object.keys(metrics)
  return shown.map((name) => `${name} ${formatNumber(metrics[name] ?? Number.NaN)}`)
}

/** "epoch 2/5  loss 0.0912  accuracy 97.21 %  validation 0.1013  96.95 %  validationF1 0.93  5.2 s" */
export function formatEpoch(record: EpochRecord, epochs: number): string {
  const { epoch, loss, accuracy, validationLoss, validationAccuracy, seconds } = record
  const percent = (name: string, share: number | undefined) =>
    share === undefined ? [] : [`${name}${formatPercent(share)}`]
  return [
    `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`,
    `loss ${formatNumber(loss)}`,
    ...percent('accuracy ', accuracy),
    ...(validationLoss === undefined ? [] : [`validation ${formatNumber(validationLoss)}`]),
    ...percent('', validationAccuracy),
    ...furtherMetrics(record),
    formatDuration(seconds),
  ].join('  ')
}
