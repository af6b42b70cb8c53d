/** `nabla summary <run>`: the layers of a saved network, their shapes and parameters. */

import { dataNameOf, loadRun } from '../experiment/node.ts'
import { sizeOf } from '../shared/index.ts'
import type { CommandContext } from './context.ts'
import { EXIT } from './exit-codes.ts'

export const SUMMARY_SCHEMA = 'nabla.summary/1'

export async function summarizeRun(context: CommandContext, directory: string): Promise<number> {
  const { model, config } = await loadRun(directory)
  const { network, loss, classNames } = model
  context.print(network.summary())
  context.print('')
  context.print(`trained on ${dataNameOf(config.experiment.data)}${loss === undefined ? '' : `, loss ${loss.name}`}`)
  if (classNames !== undefined) context.print(`classes: ${classNames.join(', ')}`)
  context.document(SUMMARY_SCHEMA, {
    run: directory,
    data: dataNameOf(config.experiment.data),
    input: network.inputShape,
    layers: network.layers.map(({ name, layer, inputShape, outputShape, parameters }) => ({
      name,
      kind: layer.kind,
      inputShape,
      outputShape,
      parameters: parameters.map((parameter) => ({ name: parameter.name, shape: parameter.shape })),
      parameterCount: parameters.reduce((count, { shape }) => count + sizeOf(shape), 0),
    })),
    parameterCount: network.parameters.reduce((count, { shape }) => count + sizeOf(shape), 0),
    trainableCount: network.trainableCount,
    loss: loss?.name ?? null,
    classNames: classNames ?? null,
  })
  return EXIT.fine
}
