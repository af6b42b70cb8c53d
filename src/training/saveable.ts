/** Whether a model can be loaded again once it is saved: found out before anything is written. */

import { isLossName, type Loss, layerByName, lossByName, lossNames, type Network } from '../network/index.ts'
import { formatShape, NablaError, sameShape } from '../shared/index.ts'

/**
 * What `saveModel` checks; call it before a long training of layers or losses of your own.
 * @throws NablaError E-MODEL for a layer, or a loss that predictions need, that could not be made again: with what to
 *   register.
 */
export function checkSaveable({ network, loss }: { network: Network; loss?: Loss | undefined }): void {
  network.layers.forEach(({ layer, name, inputShape, outputShape, parameters }, index) => {
    const where = `layer "${name}" (${layer.kind})`
    const next = network.layers[index + 1]?.layer
    const saved: unknown = JSON.parse(JSON.stringify({ ...layer.options, ...(layer.name && { name: layer.name }) }))
    const place = { name, previous: 'saved', ...(next === undefined ? {} : { next }) }
    const fix = `call registerLayer('${layer.kind}', (options) => …) with a function that makes the layer of its options, here and before loadModel.`
    const again = attempt(where, fix, () => {
      const made = layerByName(layer.kind, saved as Readonly<Record<string, unknown>>, where)
      return { shape: made.outputShape(inputShape, place), specs: made.parameters?.(inputShape, place) ?? [] }
    })
    const describe = (shape: readonly number[], specs: readonly { name: string; shape: readonly number[] }[]) =>
      [formatShape(shape), ...specs.map((spec) => `${spec.name.split('.').pop()} ${formatShape(spec.shape)}`)].join(
        ', ',
      )
    const [expected, received] = [describe(outputShape, parameters), describe(again.shape, again.specs)]
    if (sameShape(again.shape, outputShape) && expected === received) return
    throw saveError(where, `a layer that its saved options make again: ${expected}`, received, fix)
  })
  if (loss !== undefined) checkLossSaveable(loss)
}

/** A loss of one's own is code: it is saved by a registered name, or left out, since predictions need no more than the link. */
export function isSavedLoss(loss: Loss): boolean {
  return isLossName(loss.name) && !(loss.custom === true && lossNames.includes(loss.name))
}

function checkLossSaveable(loss: Loss): void {
  const where = `loss "${loss.name}"`
  const name = lossNames.includes(loss.name) ? 'mine' : loss.name
  const fix = `give it a name of its own and call registerLoss('${name}', (options) => …), here and before loadModel.`
  if (!isSavedLoss(loss)) {
    if (loss.link === 'identity') return
    const expected = `a registered loss, since predictions go through its ${loss.link}`
    throw saveError(where, expected, 'one that only this program knows', fix)
  }
  const again = attempt(where, fix, () => lossByName(loss.name, JSON.parse(JSON.stringify(loss.options))))
  const facts = ({ name: called, link, from, needsTargets, custom = false }: Loss) =>
    JSON.stringify({ name: called, link, from, needsTargets, custom })
  if (facts(again) === facts(loss)) return
  throw saveError(where, `a loss that its name makes again: ${facts(loss)}`, facts(again), fix)
}

function attempt<T>(where: string, fix: string, make: () => T): T {
  try {
    return make()
  } catch (error) {
    const received = error instanceof NablaError ? error.message.split('\n')[0] : String(error)
    throw saveError(where, 'what can be made again from its saved options', received ?? 'an error', fix, error)
  }
}

function saveError(where: string, expected: string, received: string, fix: string, cause?: unknown): NablaError {
  return new NablaError({ code: 'E-MODEL', where: `saving, ${where}`, expected, received, fix }, { cause })
}
