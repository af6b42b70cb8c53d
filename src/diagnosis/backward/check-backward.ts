/**
 * A network written by hand in TypeScript or JavaScript in; what is wrong with its backward pass, out. The truth is
 * central differences (differences.ts); it never looks at the code.
 */

import { NablaError, RandomStream } from '../../shared/index.ts'
import { rootMeanSquare } from './cells.ts'
import { estimateNoise, type Setting, stepOf } from './differences.ts'
import { type Bystander, type Evidence, elementsOf, isMultiple } from './evidence.ts'
import type { NamedSize } from './factor.ts'
import { GradientSource } from './gradient-source.ts'
import { measure, measureDirections, sampleOf } from './measure.ts'
import { reportOf } from './report.ts'
import { shares, thinned } from './sample.ts'
import { Subject, type Values } from './subject.ts'
import type { BackwardOptions, BackwardReport } from './types.ts'

const STREAM = { noise: 0x6263, points: 0x6264 } as const
/** Up to so many elements in all, each of them is compared; of more, `SAMPLES`. */
const ALL = 5000
const SAMPLES = 300
/** Each parameter gets at least so many. */
const LEAST = 32
const DIRECTIONS = 3
/** Elements compared at each further point: of a gradient that is wrong at the first, and of one that is right. */
const FURTHER = { wrong: 32, right: 12 } as const

/** Tolerance by the relative error that a difference has where rounding is the larger part: noise^(2/3). */
const toleranceOf = (relative: number) => Math.max(1e-5, 20 * Math.cbrt(relative) ** 2)

/**
 * Compares a hand-written backward pass with central differences of the loss, parameter by parameter, at the present
 * values and at random points near them, and names what each wrong gradient is instead: scaled, of the wrong sign,
 * transposed, without a factor, summed over the wrong axis and more. Values named with `probe` are compared too, which
 * tells between which two of them the fault lies.
 *
 * Takes 2 to 4 calls of `forward` for each element compared (`samples` bounds them), more beside kinks; memory is a few
 * copies of the parameters and of the probed values. All parameters hold afterwards what they held before, also when it
 * throws. Synchronous.
 *
 * @throws NablaError E-NAME: a gradient is missing, or a name is used twice; E-USAGE: the loss is no number, changes from
 * call to call, or `forward` changes parameters; E-NAN: parameters or loss are not finite; E-GRADIENT: the loss depends on
 * no parameter; E-SHAPE, E-DTYPE, E-VALUE: arrays or options that cannot be meant. What `forward` and `backward` throw.
 */
export function checkBackward(options: BackwardOptions): BackwardReport {
  const settings = readOptions(options)
  const subject = new Subject(options)
  try {
    return examine(subject, options, settings)
  } finally {
    subject.restore()
  }
}

interface Settings {
  readonly seed: number
  readonly points: number
  readonly sizes: readonly NamedSize[]
}

function examine(subject: Subject, options: BackwardOptions, { seed, points, sizes }: Settings): BackwardReport {
  const notes: string[] = []
  const loss = subject.visit()
  refuseChanging(loss, subject.visit())
  const noise = estimateNoise(subject, loss, new RandomStream(seed, STREAM.noise))
  const tolerance = options.tolerance ?? toleranceOf(noise.relative)
  if (noise.relative > 1e-10) {
    notes.push(
      `the loss is exact to ${noise.relative.toExponential(0)} of its size: something in it is computed in f32, which carries differences badly. The step is ${stepOf(noise).toExponential(0)} and the tolerance ${tolerance.toExponential(0)}; use Float64Array for a sharp answer`,
    )
  }
  const setting: Setting = { subject, loss, noise, tolerance }
  const source = new GradientSource(subject)
  const first = source.read()
  const probed = subject.intermediates.filter(({ name }) => first.intermediates.has(name))
  const total = subject.parameters.reduce((sum, { size }) => sum + size, 0)
  const samples = options.samples ?? (total <= ALL ? ALL : SAMPLES)
  const all: Evidence[] = []
  for (const targets of [subject.parameters, probed]) {
    const counts = shares(
      targets.map(({ size }) => size),
      samples,
      Math.min(LEAST, samples),
    )
    for (const [index, target] of targets.entries()) {
      const count = counts[index] as number
      const given = (target.role === 'parameter' ? first.parameters : first.intermediates).get(target.name)
      if (given === undefined) continue
      const point = measure(setting, target, given, sampleOf(target, count, seed, given))
      if (count < target.size) measureDirections(setting, target, point, DIRECTIONS, seed)
      all.push({ target, points: [point], tolerance })
    }
  }
  refuseChanging(loss, subject.visit())
  const bystanders: Bystander[] = subject.intermediates
    .filter(({ name }) => !first.intermediates.has(name))
    .map(({ name, shape }) => ({ name, shape, at: [subject.valuesAt(name)] }))
  const reached = further(setting, source, { all, bystanders }, points, seed)
  if (reached < points) notes.push(`the loss is finite at ${reached} of ${points} random points alone`)
  subject.restore()
  subject.visit()
  if (source.changed.length > 0) {
    notes.push(
      `backward() changes ${source.changed.join(', ')}; it was put back. What it computes after that is of other weights`,
    )
  }
  return reportOf({
    subject,
    setting,
    source,
    all,
    context: { sizes, bystanders },
    notes,
    points: 1 + reached,
    samples,
  })
}

/** Compares at random points near the present values, each added to the evidence. How many there were. */
function further(
  base: Setting,
  source: GradientSource,
  { all, bystanders }: { all: readonly Evidence[]; bystanders: readonly Bystander[] },
  points: number,
  seed: number,
): number {
  const { subject } = base
  const random = new RandomStream(seed, STREAM.points)
  let reached = 0
  for (let drawn = 0; drawn < points; drawn++) {
    const loss = goNear(subject, random)
    if (loss === null) continue
    reached++
    const noise = { ...base.noise, absolute: base.noise.relative * Math.max(Math.abs(loss), base.noise.size) }
    const setting = { ...base, loss, noise }
    for (const { name, at } of bystanders) at.push(subject.valuesAt(name))
    const gradients = source.read()
    for (const evidence of all) {
      const { target, points: measured } = evidence
      const given = (target.role === 'parameter' ? gradients.parameters : gradients.intermediates).get(target.name)
      if (given === undefined || subject.valuesAt(target.name).length !== target.size) continue
      const count = isMultiple(evidence, elementsOf(evidence), 1) ? FURTHER.right : FURTHER.wrong
      const point = measure(setting, target, given, thinned(measured[0]?.indices ?? [], count))
      if (target.size > count) measureDirections(setting, target, point, 1, seed + reached)
      measured.push(point)
    }
  }
  return reached
}

/** A random point near the start, nearer where the loss is not finite; null where none was found. */
function goNear(subject: Subject, random: RandomStream): number | null {
  const spread = Math.max(...[...subject.start.values()].map(rootMeanSquare)) || 1
  for (let scale = 0.2; scale > 1e-3; scale /= 4) {
    const point = new Map<string, Float64Array>()
    for (const [name, values] of subject.start) {
      const size = scale * (rootMeanSquare(values) || 0.1 * spread)
      point.set(
        name,
        values.map((x) => x + size * random.normal()),
      )
    }
    subject.moveTo(point satisfies Values)
    try {
      return subject.visit()
    } catch (error) {
      if (!(error instanceof NablaError) || error.code !== 'E-NAN') throw error
    }
  }
  return null
}

function refuseChanging(loss: number, again: number): void {
  if (Object.is(loss, again)) return
  throw new NablaError({
    code: 'E-USAGE',
    where: 'forward(), the loss',
    expected: 'the same loss when it is called again at the same values',
    received: `${loss}, then ${again}`,
    fix: 'draw nothing at random in it (dropout, noise, a random batch: fix the mask or the seed), and let it start from the same state each time (hidden states, running means, accumulators).',
  })
}

function readOptions(options: BackwardOptions): Settings {
  const wrong = (where: string, expected: string, received: unknown, fix: string) =>
    new NablaError({ code: 'E-VALUE', where: `checkBackward, ${where}`, expected, received: String(received), fix })
  for (const name of ['forward', 'backward'] as const) {
    if (typeof options?.[name] !== 'function') throw wrong(name, 'a function', typeof options?.[name], `give ${name}.`)
  }
  const { tolerance, samples, points = 2, seed = 1, sizes = {} } = options
  if (tolerance !== undefined && !(tolerance > 0 && tolerance < 1)) {
    throw wrong('tolerance', 'a number between 0 and 1', tolerance, 'leave it out, or give 1e-5.')
  }
  if (samples !== undefined && !(Number.isSafeInteger(samples) && samples > 0)) {
    throw wrong('samples', 'a whole number above 0', samples, 'leave it out, or give 1000.')
  }
  if (!Number.isSafeInteger(points) || points < 0)
    throw wrong('points', 'a whole number from 0', points, 'leave it out.')
  if (!Number.isSafeInteger(seed)) throw wrong('seed', 'a whole number', seed, 'leave it out, or give 1.')
  const named = Object.entries(sizes).map(([name, value]) => ({ name, value }))
  for (const { name, value } of named) {
    if (!(value > 0)) throw wrong(`sizes, "${name}"`, 'a number above 0', value, 'give the size: { m: x.length }.')
  }
  return { seed, points, sizes: named }
}
