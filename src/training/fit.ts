/**
 * The training loop. What enters: a network, data, options. What leaves: a run, with its model and history.
 * Invariant: every step is a pure function of the seed, its number and the state before it; clocks decide when things
 * are shown and saved, never what is computed.
 */

import { type Dataset, type DatasetSource, epochOrder } from '../data/index.ts'
import type { Network } from '../network/index.ts'
import type { BatchProgram } from './batch-program.ts'
import { DivergedError, locateDivergence } from './divergence.ts'
import { Engine, type EngineState } from './engine.ts'
import { Evaluator } from './evaluator.ts'
import { type FitOptions, type FitPlan, planFit } from './fit-options.ts'
import type { Best, EpochRecord, Run, Stopped, StopReason } from './history.ts'
import { Model, type ParameterValues } from './model.ts'
import { pause } from './pause.ts'

/** The totals on the device, in f32, are moved to the host's f64 every so many steps; losses are looked at then. */
const STEPS_PER_DRAIN = 64
/** A turn of the event loop, and progress, at most this often. */
const PAUSE_EVERY_MS = 60
const PROGRESS_EVERY_MS = 100
/** What may have to be replayed after a divergence. */
const SNAPSHOT_EVERY_MS = 10_000
const EVALUATION_BATCH = 256

/**
 * Trains the network on the data.
 * @throws NablaError E-USAGE, E-NAME, E-VALUE for options; E-SHAPE, E-DATA where data and network do not fit;
 *   E-GRADIENT where the loss does not reach a parameter; E-DIVERGED (a `DivergedError`, with the run so far and the
 *   last good parameters) where the loss becomes NaN or infinite.
 */
export async function fit(network: Network, data: Dataset | DatasetSource, options: FitOptions): Promise<Run> {
  const plan = planFit(network, data, options)
  const weighted = plan.data.sampleWeights !== undefined
  const { loss, optimizer, targets, seed, backend, batchSize } = plan
  const { regularizer, clip, initial } = options
  const engine = await Engine.open(
    { network, loss, optimizer, targets, weighted, seed, backend, regularizer, clip, initial },
    batchSize,
  )
  try {
    return await new Fit(plan, engine).run()
  } finally {
    engine.close()
  }
}

class Fit {
  private readonly plan: FitPlan
  private readonly engine: Engine
  private readonly evaluator: Evaluator
  private readonly stepsPerEpoch: number
  private readonly history: EpochRecord[] = []
  private readonly startMs = performance.now()
  private order = new Int32Array(0)
  private orderEpoch = -1
  private sums = { loss: 0, correct: 0, samples: 0 }
  private snapshot: EngineState
  private snapshotMs = 0
  private best: (Best & { parameters: ParameterValues }) | undefined
  private epochStartMs = 0
  private lastPauseMs = 0
  private lastProgressMs = 0

  constructor(plan: FitPlan, engine: Engine) {
    this.plan = plan
    this.engine = engine
    this.stepsPerEpoch = Math.ceil(plan.data.count / plan.batchSize)
    const { network, loss, targets } = plan
    const weighted = plan.validation?.sampleWeights !== undefined
    this.evaluator = new Evaluator(engine.device, { network, loss, targets, weighted })
    this.snapshot = engine.state()
  }

  async run(): Promise<Run> {
    const shortBatch = this.plan.data.count % this.plan.batchSize
    if (shortBatch > 0) await this.engine.compile(shortBatch)
    this.snapshotMs = performance.now()
    for (let epoch = 0; epoch < this.plan.epochs; epoch++) {
      const reason = (await this.trainEpoch()) ?? (await this.endEpoch(epoch))
      if (reason !== undefined) return this.finish(reason, epoch + 1)
    }
    return this.finish('epochs', this.plan.epochs)
  }

  /** The samples of a step, counted from 0 over all epochs. */
  private batchAt(step: number): Int32Array {
    const epoch = Math.floor(step / this.stepsPerEpoch)
    const { data, seed, shuffle, batchSize } = this.plan
    if (epoch !== this.orderEpoch) {
      this.order = new Int32Array(epochOrder(data.count, { seed, epoch, shuffle }))
      this.orderEpoch = epoch
    }
    const from = (step % this.stepsPerEpoch) * batchSize
    return this.order.subarray(from, Math.min(from + batchSize, data.count))
  }

  /** The learning rate of the step after `step` others. */
  private learningRateAt(_step: number): number {
    return this.plan.optimizer.learningRate
  }

  /** Takes the engine's next step; a promise only where the device works asynchronously. */
  private takeStep(): { program: BatchProgram; pending: void | Promise<void> } {
    const { engine } = this
    const indices = this.batchAt(engine.step)
    const program = engine.program(indices.length)
    program.load(this.plan.data, indices)
    return { program, pending: engine.run(program, this.learningRateAt(engine.step)) }
  }

  private async trainEpoch(): Promise<StopReason | undefined> {
    const { plan } = this
    this.epochStartMs = performance.now()
    this.sums = { loss: 0, correct: 0, samples: 0 }
    for (let index = 0; index < this.stepsPerEpoch; index++) {
      const { program, pending } = this.takeStep()
      if (pending !== undefined) await pending
      this.sums.samples += program.batchSize
      const isLast = index === this.stepsPerEpoch - 1
      if (plan.given.onStep !== undefined) this.reportStep(program)
      if ((index + 1) % STEPS_PER_DRAIN === 0 || isLast) await this.drain()
      if (performance.now() - this.lastPauseMs > PAUSE_EVERY_MS) await this.tick(index + 1)
      if (plan.given.signal?.aborted === true) return 'aborted'
    }
    return undefined
  }

  private reportStep(program: BatchProgram): void {
    const { engine, plan } = this
    const epoch = Math.ceil(engine.step / this.stepsPerEpoch)
    const loss = engine.lossOf(program)
    plan.given.onStep?.({ epoch, step: engine.step, loss, learningRate: engine.lastLearningRate })
  }

  /** Moves the device's totals to the host; a loss that is no number shows in them. */
  private async drain(): Promise<void> {
    const { engine } = this
    const totals = engine.totals()
    if (!Number.isFinite(totals.loss)) throw await this.diverged()
    engine.clearTotals()
    this.sums.loss += totals.loss
    this.sums.correct += totals.correct
    if (performance.now() - this.snapshotMs < SNAPSHOT_EVERY_MS) return
    this.snapshot = engine.state()
    this.snapshotMs = performance.now()
  }

  /** Lets the event loop turn and shows progress. */
  private async tick(stepInEpoch: number): Promise<void> {
    await pause()
    this.lastPauseMs = performance.now()
    const { onProgress } = this.plan.given
    if (onProgress === undefined || this.lastPauseMs - this.lastProgressMs < PROGRESS_EVERY_MS) return
    this.lastProgressMs = this.lastPauseMs
    const { engine, plan, sums } = this
    const totals = engine.totals()
    const { samples } = sums
    const seconds = (this.lastPauseMs - this.epochStartMs) / 1000
    const samplesPerSecond = samples / seconds
    const epoch = this.history.length + 1
    const samplesLeft = (plan.epochs - epoch + 1) * plan.data.count - samples
    onProgress({
      epoch,
      epochs: plan.epochs,
      step: engine.step,
      stepInEpoch,
      stepsPerEpoch: this.stepsPerEpoch,
      loss: (sums.loss + totals.loss) / samples,
      ...(engine.hasAccuracy ? { accuracy: (sums.correct + totals.correct) / samples } : {}),
      samplesPerSecond,
      secondsLeft: samplesLeft / samplesPerSecond,
    })
  }

  private async endEpoch(epoch: number): Promise<StopReason | undefined> {
    const { engine, plan, sums } = this
    const validation =
      plan.validation === undefined ? undefined : await this.evaluator.run(plan.validation, EVALUATION_BATCH)
    const penalty = engine.penaltyOf(engine.program(this.batchAt(engine.step - 1).length))
    const record: EpochRecord = {
      epoch: epoch + 1,
      step: engine.step,
      loss: sums.loss / sums.samples,
      ...(engine.hasAccuracy ? { accuracy: sums.correct / sums.samples } : {}),
      ...(penalty === undefined ? {} : { penalty }),
      ...(validation === undefined ? {} : { validationLoss: validation.loss }),
      ...(validation?.accuracy === undefined ? {} : { validationAccuracy: validation.accuracy }),
      learningRate: engine.lastLearningRate,
      seconds: (performance.now() - this.epochStartMs) / 1000,
    }
    this.history.push(record)
    this.watchBest(record)
    await plan.given.onEpoch?.(record)
    return plan.given.signal?.aborted === true ? 'aborted' : undefined
  }

  private watchBest(record: EpochRecord): void {
    const metric = this.plan.validation === undefined ? 'loss' : 'validationLoss'
    const value = record.validationLoss ?? record.loss
    if (this.best !== undefined && !(value < this.best.value)) return
    this.best = { epoch: record.epoch, metric, value, parameters: this.engine.parameters() }
  }

  private modelOf(parameters: ParameterValues): Model {
    const { network, loss, data } = this.plan
    return new Model({ network, parameters, loss, classNames: data.classNames })
  }

  private result(stopped: Stopped, kept: Run['kept'], parameters: ParameterValues): Run {
    const { best } = this
    return {
      model: this.modelOf(parameters),
      history: this.history,
      stopped,
      ...(best === undefined ? {} : { best: { epoch: best.epoch, metric: best.metric, value: best.value } }),
      kept,
      seconds: (performance.now() - this.startMs) / 1000,
      backend: this.engine.device.description,
    }
  }

  private finish(reason: StopReason, epoch: number): Run {
    const { engine, best } = this
    const keepsBest = reason === 'aborted' && best !== undefined
    const message = keepsBest
      ? `interrupted in epoch ${epoch}; the model of epoch ${best.epoch} is kept, the best so far (${best.metric} ${best.value})`
      : reason === 'aborted'
        ? `interrupted in epoch ${epoch}, before the first one ended; the model is that of step ${engine.step}`
        : `all ${epoch} epochs are done`
    const parameters = keepsBest ? best.parameters : engine.parameters()
    return this.result({ reason, epoch, step: engine.step, message }, keepsBest ? 'best' : 'last', parameters)
  }

  private async diverged(): Promise<DivergedError> {
    const { engine } = this
    const found = await locateDivergence(engine, this.snapshot, engine.step, async () => {
      const { program, pending } = this.takeStep()
      if (pending !== undefined) await pending
      return program
    })
    const epoch = Math.ceil(found.step / this.stepsPerEpoch)
    const message = `the loss became NaN or infinite at step ${found.step}, in epoch ${epoch}`
    const run = this.result({ reason: 'diverged', epoch, step: found.step - 1, message }, 'lastGood', found.parameters)
    return new DivergedError(
      {
        code: 'E-DIVERGED',
        where: `step ${found.step} (epoch ${epoch}), ${found.where}`,
        expected: 'finite numbers',
        received: found.received,
        fix: 'lower the learning rate, scale the inputs, or clip the gradients (clip: { norm: 1 }); error.run.model holds the last good parameters.',
      },
      run,
    )
  }
}
