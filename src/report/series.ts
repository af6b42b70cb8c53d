/** Figures of a run's epochs as lines to draw: no more points than can be told apart. */

import { formatCount } from '../shared/index.ts'
import type { EpochRecord } from '../training/index.ts'

/** A page of any run has at most so many points a line: more than a chart here has pixels for. */
export const MOST_POINTS = 300

export type LineStyle = 'training' | 'validation' | 'plain'

export interface Line {
  name: string
  style: LineStyle
  /** NaN where there is none. */
  values: number[]
}

export interface Series {
  title: string
  /** The epoch of each point; where epochs were put together, the last of them. */
  epochs: number[]
  lines: Line[]
  unit: 'number' | 'percent'
  /** How points were put together, where they were. */
  note: string | undefined
}

type Figure = (record: EpochRecord) => number | undefined

/** Loss, accuracy, learning rate and further metrics, each that the run has. */
export function seriesOf(history: readonly EpochRecord[]): Series[] {
  const figure = (title: string, unit: Series['unit'], lines: [string, LineStyle, Figure][]) =>
    oneSeries(history, title, unit, lines)
  const names = new Set(history.flatMap(({ metrics }) => Object.keys(metrics ?? {})))
  const isValidation = (name: string) => names.has(trainingName(name))
  const further = [...names].filter((name) => !isValidation(name))
  const all = [
    figure('Loss', 'number', [
      ['training', 'training', ({ loss }) => loss],
      ['validation', 'validation', ({ validationLoss }) => validationLoss],
    ]),
    figure('Accuracy', 'percent', [
      ['training', 'training', ({ accuracy }) => accuracy],
      ['validation', 'validation', ({ validationAccuracy }) => validationAccuracy],
    ]),
    ...further.map((name) =>
      figure(name, 'number', [
        ['training', 'training', ({ metrics }) => metrics?.[name]],
        ['validation', 'validation', ({ metrics }) => metrics?.[validationName(name)]],
      ]),
    ),
    ...(constantRateOf(history) === undefined
      ? [figure('Learning rate', 'number', [['learning rate', 'plain', ({ learningRate }) => learningRate]])]
      : []),
  ]
  return all.filter(({ lines }) => lines.length > 0)
}

/** The learning rate, where it is the same in all epochs. */
export function constantRateOf(history: readonly EpochRecord[]): number | undefined {
  const rate = history[0]?.learningRate
  return history.every(({ learningRate }) => learningRate === rate) ? rate : undefined
}

/** "f1" as "validationF1", as records name them; and back. */
const validationName = (name: string) => `validation${name.charAt(0).toUpperCase()}${name.slice(1)}`
const trainingName = (name: string) =>
  name.startsWith('validation') ? name.charAt(10).toLowerCase() + name.slice(11) : '\0'

function oneSeries(
  history: readonly EpochRecord[],
  title: string,
  unit: Series['unit'],
  figures: readonly [string, LineStyle, Figure][],
): Series {
  const together = Math.max(1, Math.ceil(history.length / MOST_POINTS))
  const groups = Array.from({ length: Math.ceil(history.length / together) }, (_, i) =>
    history.slice(i * together, (i + 1) * together),
  )
  const present = figures.filter(([, , figure]) => history.some((record) => figure(record) !== undefined))
  const note =
    together === 1
      ? undefined
      : `${formatCount(history.length)} epochs are drawn as ${groups.length} points: each is the mean of ${together} epochs, at the last of them.`
  return {
    title,
    unit,
    epochs: groups.map((group) => group[group.length - 1]?.epoch ?? 0),
    lines: present.map(([name, style, figure]) => ({
      name,
      style,
      values: groups.map((group) => meanOf(group, figure)),
    })),
    note,
  }
}

/** What is larger can't be drawn beside anything, and counts as infinite. */
const MOST_DRAWN = 1e100

function meanOf(records: readonly EpochRecord[], figure: Figure): number {
  const values = records.map((record) => figure(record) ?? Number.NaN).filter((value) => Math.abs(value) < MOST_DRAWN)
  return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length
}
