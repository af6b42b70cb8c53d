/**
 * The training loop. What enters: a network, data, options. What leaves: a run, with its model and history.
 * Invariant: every step is a pure function of the seed, its number and the state before it; clocks decide when things
 * are shown and saved, never what is computed.
 */

import type { Network } from '../network/index.ts'
import { known } from '../shared/index.ts'
import { type BatchFeed, openFeed } from './batch-feed.ts'
import type { BatchProgram } from './batch-program.ts'
import { type Checkpoint, checkIdentity, type HostState, identityOf } from './checkpoint.ts'
import { type DivergedError, locateDivergence } from './divergence.ts'
import { Engine, type EngineState } from './engine.ts'
import { progressOf, recordOf } from './epoch-report.ts'
import { Evaluator } from './evaluator.ts'
import { type FitOptions, type FitPlan, planFit } from './fit-options.ts'
import { type EpochRecord, metricOf, type Run } from './history.ts'
import { MetricSet } from './metrics.ts'
import type { ParameterValues } from './model.ts'
import { pause } from './pause.ts'
import { divergedError, finishedRun, type RunParts, type Stop } from './run-result.ts'
import { StepOrder } from './step-order.ts'
import { PREDICTION } from './step-program.ts'
import { STEPS_PER_DRAIN, stepsAtOnce } from './steps-at-once.ts'
import { isBetter, reachedTargets } from './stopping.ts'
import { reachCheck } from './targets.ts'
import type { DataLike } from './use.ts'

/** A turn of the event loop, and progress, at most this often. */
const PAUSE_EVERY_MS = 60
const PROGRESS_EVERY_MS = 100
/** What may have to be replayed after a divergence. */
const SNAPSHOT_EVERY_MS = 10_000
const EVALUATION_BATCH = 256

/**
 * Trains the network on the data.
 * @throws NablaError E-USAGE, E-NAME, E-VALUE for options; E-SHAPE, E-DATA where data and network do not fit;
 *   E-GRADIENT where the loss does not reach a parameter; E-MODEL where a checkpoint is another run's; E-DIVERGED (a
 *   `DivergedError`, with the run so far and the last good parameters) where the loss becomes NaN or infinite.
 */
export async function fit(network: Network, data: DataLike, options: FitOptions): Promise<Run> {
  const plan = planFit(network, data, options)
  const { loss, optimizer, targets, seed, backend } = plan
  const engine = await Engine.open({
    network,
    loss,
    optimizer,
    targets,
    seed,
    backend,
    weighted: plan.data.weighted || plan.classWeights !== undefined,
    regularizer: options.regularizer,
    clip: options.clip,
    initial: options.initial,
    predictions: plan.metrics.length > 0,
  })
  const training = new Fit(plan, engine)
  try {
    return await training.run()
  } finally {
    await training.close()
    engine.close()
  }
}

class Fit {
  private readonly plan: FitPlan
  private readonly engine: Engine
  private readonly evaluator: Evaluator
  private readonly order: StepOrder
  private readonly feed: BatchFeed
  private readonly trainingMetrics: MetricSet
  private readonly startMs = performance.now()
  /** What a checkpoint holds beside the engine's state. */
  private host: HostState
  private bestParameters: ParameterValues | undefined
  private snapshot: EngineState
  private snapshotMs = 0
  private checkpointMs = performance.now()
  private epochStartMs = 0
  private lastPauseMs = 0
  private lastProgressMs = 0

  constructor(plan: FitPlan, engine: Engine) {
    this.plan = plan
    this.engine = engine
    const { network, loss, targets, data, batchSize, seed, shuffle, epochs, classWeights } = plan
    this.order = new StepOrder({ count: data.count, batchSize, seed, shuffle })
    const totalSteps = epochs * this.order.stepsPerEpoch
    const checkReach = reachCheck(network, loss, data)
    this.feed = openFeed(data, this.order, { seed, shuffle, totalSteps, classWeights, checkReach })
    const weighted = plan.validation?.weighted === true
    this.evaluator = new Evaluator(engine.device, { network, loss, targets, weighted })
    this.trainingMetrics = new MetricSet(plan.metrics)
    this.host = {
      sums: { loss: 0, correct: 0, samples: 0 },
      metricMemories: [],
      history: [],
      waited: 0,
      scheduleMemory: { ...plan.schedule.initialMemory },
      seconds: 0,
    }
    this.snapshot = engine.state()
  }

  async run(): Promise<Run> {
    const { data, batchSize, epochs, given } = this.plan
    if (given.resume !== undefined) this.resume(given.resume)
    const runs = Math.min(epochs * this.order.stepsPerEpoch, this.plan.stopping.steps)
    await this.engine.compile(batchSize, { runs, earlier: this.host.backend })
    this.reportDevice()
    const shortBatch = data.count % batchSize
    if (shortBatch > 0) await this.engine.compile(shortBatch)
    this.snapshot = this.engine.state()
    this.snapshotMs = performance.now()
    while (this.host.history.length < epochs) {
      const stop = (await this.trainEpoch()) ?? (await this.endEpoch())
      if (stop !== undefined) return this.finish(stop)
    }
    return this.finish({ reason: 'epochs', message: `all ${epochs} epochs are done` })
  }

  private reportDevice(): void {
    const { backend, description, reason } = this.engine.device
    this.host.backend = backend
    this.plan.given.onDevice?.({ backend, description, ...(reason === undefined ? {} : { reason }) })
  }

  private get seconds(): number {
    return this.host.seconds + (performance.now() - this.startMs) / 1000
  }

  /** The epoch that is under way, counted from 1. */
  private get epoch(): number {
    return this.host.history.length + 1
  }

  private resume({ identity, engine, host, bestParameters }: Checkpoint): void {
    checkIdentity(identity, identityOf(this.plan))
    this.engine.restore(engine)
    this.host = structuredClone(host)
    this.bestParameters = bestParameters
  }

  private checkpoint(): Checkpoint {
    const host = { ...this.host, metricMemories: this.trainingMetrics.memories, seconds: this.seconds }
    return {
      identity: identityOf(this.plan),
      engine: this.engine.state(),
      host: structuredClone(host),
      bestParameters: this.bestParameters,
    }
  }

  private async saveCheckpoint(): Promise<void> {
    await this.plan.given.checkpoint?.save(this.checkpoint())
    this.checkpointMs = performance.now()
  }

  private checkpointIsDue(): boolean {
    const { everySteps, everySeconds } = this.plan.given.checkpoint ?? {}
    if (everySteps !== undefined && this.engine.step % everySteps === 0) return true
    return everySeconds !== undefined && performance.now() - this.checkpointMs >= everySeconds * 1000
  }

  /** The learning rate of the step after `step` others. */
  private learningRateAt(step: number): number {
    const { schedule, optimizer, epochs } = this.plan
    const { stepsPerEpoch } = this.order
    const epoch = this.order.epochOf(step)
    const moment = { step, epoch, stepsPerEpoch, totalSteps: epochs * stepsPerEpoch }
    return optimizer.learningRate * schedule.factor(moment, this.host.scheduleMemory)
  }

  /** Takes the engine's next step; a promise only where the device or the data lets itself be waited for. */
  private takeStep(): { program: BatchProgram; pending: void | Promise<void> } {
    const { engine } = this
    const program = engine.program(this.order.sizeOf(engine.step))
    const loading = this.feed.load(program, engine.step)
    const run = () => engine.run(program, this.learningRateAt(engine.step))
    return { program, pending: loading === undefined ? run() : loading.then(run) }
  }

  /** Takes the engine's next steps in one call. */
  private takeSteps(count: number): { program: BatchProgram; pending: void | Promise<void> } {
    const { engine } = this
    const { step } = engine
    const program = engine.program(this.order.sizeOf(step))
    const staged = this.feed.loadMany(program, step, count)
    const rates = Array.from({ length: count }, (_, i) => this.learningRateAt(step + i))
    return { program, pending: engine.runMany(program, known(staged, 'a data set in memory'), rates) }
  }

  /** Closes what the data is read from. */
  close(): Promise<void> {
    return this.feed.close()
  }

  /** The steps of an epoch that are left. */
  private async trainEpoch(): Promise<Stop | undefined> {
    const { host, engine, plan } = this
    const { stepsPerEpoch } = this.order
    this.epochStartMs = performance.now()
    const first = engine.step - host.history.length * stepsPerEpoch
    if (first === 0) host.sums = { loss: 0, correct: 0, samples: 0 }
    this.trainingMetrics.memories = first === 0 ? plan.metrics.map(() => []) : host.metricMemories
    const samplesBefore = host.sums.samples
    for (let index = first; index < stepsPerEpoch; index++) {
      const many = stepsAtOnce(plan, engine.step, index)
      const { program, pending } = many > 1 ? this.takeSteps(many) : this.takeStep()
      if (pending !== undefined) await pending
      index += many - 1
      host.sums.samples += many * program.batchSize
      if (plan.metrics.length > 0) this.measure(program)
      if (plan.given.onStep !== undefined) this.reportStep(program)
      const isLast = index === stepsPerEpoch - 1
      if ((index + 1) % STEPS_PER_DRAIN === 0 || isLast) await this.drain()
      if (performance.now() - this.lastPauseMs > PAUSE_EVERY_MS) await this.tick(index + 1, samplesBefore)
      // What is due at an epoch's last step waits for the epoch's end, so that a checkpoint never stands between.
      if (isLast) break
      const stop = this.stopWithin()
      if (stop !== undefined) return stop
      if (this.checkpointIsDue()) await this.saveCheckpoint()
    }
    return undefined
  }

  private stopWithin(): Stop | undefined {
    const { plan, engine } = this
    if (plan.given.signal?.aborted === true) return { reason: 'aborted', message: `interrupted in epoch ${this.epoch}` }
    if (engine.step >= plan.stopping.steps) return { reason: 'steps', message: `${engine.step} steps are done` }
    if (this.seconds < plan.stopping.seconds) return undefined
    return { reason: 'time', message: `the time is up: ${plan.stopping.seconds} s` }
  }

  private measure(program: BatchProgram): void {
    const predictions = program.executable.read(PREDICTION)
    this.trainingMetrics.add({
      predictions,
      rows: program.batchSize,
      outputs: predictions.length / program.batchSize,
      inputs: program.buffers.inputs,
      targets: program.buffers.targets,
      targetKind: this.plan.targets.kind,
    })
  }

  private reportStep(program: BatchProgram): void {
    const { engine, plan } = this
    const { step, lastLearningRate } = engine
    plan.given.onStep?.({ epoch: this.epoch, step, loss: engine.lossOf(program), learningRate: lastLearningRate })
  }

  /** Moves the device's totals to the host; a loss that is no number shows in them. */
  private async drain(): Promise<void> {
    const { engine, host } = this
    const totals = engine.totals()
    if (!Number.isFinite(totals.loss)) throw await this.diverged()
    engine.clearTotals()
    host.sums.loss += totals.loss
    host.sums.correct += totals.correct
    if (performance.now() - this.snapshotMs < SNAPSHOT_EVERY_MS) return
    this.snapshot = engine.state()
    this.snapshotMs = performance.now()
  }

  /** Lets the event loop turn and shows progress. */
  private async tick(stepInEpoch: number, samplesBefore: number): Promise<void> {
    await pause()
    this.lastPauseMs = performance.now()
    const { onProgress } = this.plan.given
    if (onProgress === undefined || this.lastPauseMs - this.lastProgressMs < PROGRESS_EVERY_MS) return
    this.lastProgressMs = this.lastPauseMs
    const { engine, host, plan } = this
    const samplesPerSecond = (1000 * (host.sums.samples - samplesBefore)) / (this.lastPauseMs - this.epochStartMs)
    const { stepsPerEpoch } = this.order
    const { epochs, data } = plan
    const samplesPerEpoch = data.count
    onProgress(progressOf({ engine, host, epochs, stepsPerEpoch, stepInEpoch, samplesPerEpoch, samplesPerSecond }))
  }

  private async endEpoch(): Promise<Stop | undefined> {
    const { plan, host } = this
    const record = await this.recordEpoch()
    host.history.push(record)
    this.watchBest(record)
    this.watchSchedule(record)
    await plan.given.onEpoch?.(record)
    const stop = this.stopAfter(record)
    if (stop === undefined && this.checkpointIsDue()) await this.saveCheckpoint()
    return stop
  }

  private async recordEpoch(): Promise<EpochRecord> {
    const { engine, plan, host, trainingMetrics } = this
    const validationMetrics = new MetricSet(plan.metrics)
    const held =
      plan.validation === undefined
        ? undefined
        : await this.evaluator.run(plan.validation, EVALUATION_BATCH, (batch) => validationMetrics.add(batch))
    const penalty = engine.penaltyOf(engine.program(this.order.sizeOf(engine.step - 1)))
    const seconds = (performance.now() - this.epochStartMs) / 1000
    return recordOf({ engine, host, penalty, held, trainingMetrics, validationMetrics, seconds })
  }

  private watchBest(record: EpochRecord): void {
    const { watched, better, patience } = this.plan.stopping
    const value = metricOf(record, watched) ?? Number.NaN
    const { best } = this.host
    // NaN, such as the ROC area of one class alone, is never better than a number.
    if (best !== undefined && !Number.isNaN(best.value) && !isBetter(value, best.value, better, patience?.leastGain)) {
      this.host.waited++
      return
    }
    this.host.best = { epoch: record.epoch, metric: watched, value }
    this.host.waited = 0
    this.bestParameters = this.engine.parameters()
  }

  private watchSchedule(record: EpochRecord): void {
    const { schedule, scheduleMetric } = this.plan
    if (scheduleMetric === undefined || schedule.remember === undefined) return
    const value = metricOf(record, scheduleMetric.name) ?? Number.NaN
    this.host.scheduleMemory = { ...schedule.remember(this.host.scheduleMemory, value, scheduleMetric.better) }
    // A replay takes steps with the memory of now, so it must not begin before it.
    this.snapshot = this.engine.state()
  }

  private stopAfter(record: EpochRecord): Stop | undefined {
    const { stopping, epochs, given } = this.plan
    const reached = reachedTargets(stopping.targets, record)
    if (reached !== undefined) return { reason: 'target', message: `the target is reached: ${reached}` }
    if (given.signal?.aborted === true) {
      return { reason: 'aborted', message: `interrupted after epoch ${record.epoch}` }
    }
    const { patience } = stopping
    if (patience !== undefined && this.host.waited >= patience.epochs) {
      const { best } = this.host
      const message = `${patience.metric} has not become better for ${this.host.waited} epochs; the best was epoch ${best?.epoch}`
      return { reason: 'patience', message }
    }
    return record.epoch < epochs ? this.stopWithin() : undefined
  }

  private get parts(): RunParts {
    const { plan, engine, host, seconds } = this
    return { plan, engine, host, seconds, stepsPerEpoch: this.order.stepsPerEpoch }
  }

  /** Checkpoint and result of a run that ends. */
  private async finish(stop: Stop): Promise<Run> {
    const goesOn = stop.reason === 'aborted' || stop.reason === 'time' || stop.reason === 'steps'
    if (goesOn) await this.saveCheckpoint()
    return finishedRun(this.parts, stop, this.bestParameters)
  }

  private async diverged(): Promise<DivergedError> {
    const found = await locateDivergence(this.engine, this.snapshot, this.engine.step, async () => {
      const { program, pending } = this.takeStep()
      if (pending !== undefined) await pending
      return program
    })
    return divergedError(this.parts, found)
  }
}
