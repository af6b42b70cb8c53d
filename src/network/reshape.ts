/** Layers that change the shape of a sample and none of its numbers. */

import * as ops from '../ops/index.ts'
import { NablaError, sizeOf } from '../shared/index.ts'
import type { ActivationOptions } from './activation.ts'
import { type Layer, layerShapeError } from './layer.ts'
import { checkNumber, checkOptions, showValue } from './validate.ts'

/** [batch, ...shape] → [batch, size]: each sample's numbers in one row. */
export function flatten(options: ActivationOptions = {}): Layer {
  checkOptions(options, ['name'], 'flatten')
  return {
    kind: 'flatten',
    name: options.name,
    options: {},
    outputShape: (input) => [sizeOf(input)],
    apply: (_, x) => ops.reshape(x, [x.shape[0] ?? 1, -1]),
  }
}

/** The same numbers of a sample in another shape. @throws NablaError E-SHAPE where the sizes differ. */
export function reshape(shape: readonly number[], options: ActivationOptions = {}): Layer {
  checkOptions(options, ['name'], 'reshape')
  if (!Array.isArray(shape)) {
    const expected = 'the shape of one sample, such as [28, 28]'
    throw new NablaError({
      code: 'E-USAGE',
      where: 'reshape',
      expected,
      received: showValue(shape),
      fix: `give ${expected}.`,
    })
  }
  for (const extent of shape) checkNumber(extent, 'reshape extent', { least: 1, whole: true })
  const size = sizeOf(shape)
  return {
    kind: 'reshape',
    name: options.name,
    options: { shape: [...shape] },
    outputShape: (input, place) => {
      if (sizeOf(input) === size) return [...shape]
      throw layerShapeError(
        { kind: 'reshape' },
        place,
        `of ${size} numbers a sample`,
        input,
        'give a shape with as many numbers.',
      )
    },
    apply: (_, x) => ops.reshape(x, [x.shape[0] ?? 1, ...shape]),
  }
}
