/** What a run gives back: its model, and in words how it ended. */

import type { HostState } from './checkpoint.ts'
import { DivergedError, type Divergence } from './divergence.ts'
import type { Engine } from './engine.ts'
import type { FitPlan } from './fit-options.ts'
import type { Run, Stopped, StopReason } from './history.ts'
import { Model, type ParameterValues } from './model.ts'

/** Why a run stops, and the words for it. */
export interface Stop {
  reason: StopReason
  message: string
}

export interface RunParts {
  plan: FitPlan
  engine: Engine
  host: HostState
  stepsPerEpoch: number
  seconds: number
}

function runOf(parts: RunParts, stopped: Stopped, kept: Run['kept'], parameters: ParameterValues): Run {
  const { plan, engine, host, seconds } = parts
  const { network, loss, data } = plan
  return {
    model: new Model({ network, parameters, loss, classNames: data.classNames }),
    history: host.history,
    stopped,
    ...(host.best === undefined ? {} : { best: host.best }),
    kept,
    seconds,
    backend: engine.device.description,
  }
}

/**
 * The run that stops: with the best epoch's parameters where patience ended or somebody interrupted it, else with the
 * last ones.
 */
export function finishedRun(parts: RunParts, stop: Stop, bestParameters: ParameterValues | undefined): Run {
  const { plan, engine, host, stepsPerEpoch } = parts
  const { reason } = stop
  const restores = reason === 'patience' && plan.stopping.patience?.restoreBest === true
  const best = restores || reason === 'aborted' ? bestParameters : undefined
  const keeps =
    reason !== 'aborted'
      ? ''
      : best === undefined
        ? `; no epoch had ended: the model is that of step ${engine.step}`
        : `; the model is that of epoch ${host.best?.epoch}, the best so far (${host.best?.metric} ${host.best?.value})`
  const epoch = Math.max(1, Math.ceil(engine.step / stepsPerEpoch))
  const stopped = { reason, epoch, step: engine.step, message: `${stop.message}${keeps}` }
  return runOf(parts, stopped, best === undefined ? 'last' : 'best', best ?? engine.parameters())
}

/** The error of a run whose loss became NaN or infinite, with the run until then. */
export function divergedError(parts: RunParts, found: Divergence): DivergedError {
  const epoch = Math.ceil(found.step / parts.stepsPerEpoch)
  const message = `the loss became NaN or infinite at step ${found.step}, in epoch ${epoch}`
  const stopped: Stopped = { reason: 'diverged', epoch, step: found.step - 1, message }
  return new DivergedError(
    {
      code: 'E-DIVERGED',
      where: `step ${found.step} (epoch ${epoch}), ${found.where}`,
      expected: 'finite numbers',
      received: found.received,
      fix: 'lower the learning rate, scale the inputs, or clip the gradients (clip: { norm: 1 }); error.run.model holds the last good parameters.',
    },
    runOf(parts, stopped, 'lastGood', found.parameters),
  )
}
