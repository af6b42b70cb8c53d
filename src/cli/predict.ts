/** `nabla predict <run> <file>`: a saved model's answers for a picture, or for each row of a CSV file. */

import { open } from 'node:fs/promises'
import { type Dataset, dataset, imageSample } from '../data/index.ts'
import { readCsvDataset, readImage, readPictureSample } from '../data/node.ts'
import { loadRun, type SavedRun } from '../experiment/node.ts'
import { formatNumber, formatPercent } from '../shared/index.ts'
import { type Predictions, predict } from '../training/index.ts'
import { type BackendFlags, chooseBackend } from './choose-backend.ts'
import type { CommandContext } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { formatColumns } from './text.ts'

export const PREDICT_SCHEMA = 'nabla.predict/1'

/** How many classes people are shown; --json has all of them. */
const SHOWN_CLASSES = 3

export async function predictFile(
  context: CommandContext,
  directory: string,
  path: string,
  flags: BackendFlags,
): Promise<number> {
  const run = await loadRun(directory)
  const isPicture = await looksLikePicture(path)
  const data = isPicture ? await readPicture(context, run, path) : await readRows(run, path)
  const predictions = await predict(run.model, data, chooseBackend(context, flags))
  const answers = Array.from({ length: predictions.count }, (_, row) => answerOf(predictions, row))
  if (isPicture) printPicture(context, answers[0])
  else for (const line of formatRows(answers)) context.print(line)
  context.document(PREDICT_SCHEMA, { run: directory, file: path, predictions: answers })
  return EXIT.fine
}

/** What PNG and JPEG files begin with (PNG specification, 5.2; ITU-T T.81, B.1.1.3). */
const SIGNATURES = [Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.from([0xff, 0xd8, 0xff])]

/** By its content; by its name where that promises a picture, so that the reader can say what it is not. */
async function looksLikePicture(path: string): Promise<boolean> {
  if (/\.(png|jpe?g|gif|webp|bmp|tiff?)$/i.test(path)) return true
  const start = Buffer.alloc(8)
  try {
    const file = await open(path)
    await file.read(start, 0, start.length, 0).finally(() => file.close())
  } catch {
    // The reader of rows says what is wrong with the file.
    return false
  }
  return SIGNATURES.some((signature) => start.subarray(0, signature.length).equals(signature))
}

async function readPicture(context: CommandContext, { model, config }: SavedRun, path: string): Promise<Dataset> {
  const shape = model.network.inputShape
  const { data } = config.experiment
  // Pictures of a folder are taken as they are; others are made to look like the digits of MNIST.
  if (typeof data === 'object' && data !== null && 'kind' in data && data.kind === 'images') {
    return dataset({ name: path, inputs: await readPictureSample(path, shape), inputShape: shape })
  }
  const picture = await readImage(path)
  const { input, inverted, resized } = imageSample(picture, { shape })
  if (resized) context.note(`${path}: ${picture.width} × ${picture.height}, resized to what the network takes.`)
  if (inverted) context.note(`${path}: dark on light, inverted.`)
  return dataset({ name: path, inputs: input, inputShape: shape })
}

async function readRows({ config }: SavedRun, path: string): Promise<Dataset> {
  const options = config.columns === undefined ? { header: false } : { schema: config.columns }
  return (await readCsvDataset(path, options)).data
}

interface ClassAnswer {
  class: string
  index: number
  probability: number
  probabilities: Record<string, number>
}

interface ValueAnswer {
  values: number[]
}

type Answer = ClassAnswer | ValueAnswer

/** One sample's answer: a class with the probability of each, or numbers. */
function answerOf(predictions: Predictions, row: number): Answer {
  const values = [...predictions.row(row)]
  const { classNames } = predictions
  if (classNames === undefined) return { values }
  const index = predictions.classes()[row] ?? 0
  // A single output is the probability of the second class.
  const [single = 0] = values
  const shares = values.length === 1 ? [1 - single, single] : values
  return {
    class: classNames[index] ?? String(index),
    index,
    probability: shares[index] ?? 0,
    probabilities: Object.fromEntries(shares.map((share, k) => [classNames[k] ?? String(k), share])),
  }
}

function likeliest({ probabilities }: ClassAnswer): [string, number][] {
  return Object.entries(probabilities)
    .sort((a, b) => b[1] - a[1])
    .slice(0, SHOWN_CLASSES)
}

function printPicture(context: CommandContext, answer: Answer | undefined): void {
  if (answer === undefined) return
  if ('values' in answer) {
    context.print(answer.values.map((value) => formatNumber(value)).join(', '))
    return
  }
  context.print(context.colors.bold(answer.class))
  const rows = likeliest(answer).map(([name, share]) => [name, formatPercent(share)])
  for (const line of formatColumns(rows, ['left', 'right'])) context.print(`  ${line}`)
}

/** One line a row: its number, counted from 1, the answer, and how sure. */
function formatRows(answers: readonly Answer[]): string[] {
  const rows = answers.map((answer, row) =>
    'values' in answer
      ? [String(row + 1), ...answer.values.map((value) => formatNumber(value, 6))]
      : [String(row + 1), answer.class, formatPercent(answer.probability)],
  )
  return formatColumns(rows, ['right', 'left', 'right', ...(rows[0] ?? []).slice(3).map(() => 'right' as const)])
}
