/** The public doors: what a program that imports nabla finds. */

import { describe, expect, it } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import * as backend from './backend/index.ts'
import * as data from './data/index.ts'
import * as experiment from './experiment/index.ts'
import * as formats from './formats/index.ts'
import * as gradient from './gradient/index.ts'
import * as graph from './graph/index.ts'
import * as nabla from './index.ts'
import * as network from './network/index.ts'
import * as node from './node.ts'
import * as ops from './ops/index.ts'
import * as plan from './plan/index.ts'
import * as report from './report/index.ts'
import * as training from './training/index.ts'

describe('the public door', () => {
  it('has layers under the plain names, and operations apart', () => {
    expect(nabla.relu().kind).toBe('relu')
    expect(nabla.relu).not.toBe(ops.relu)
    expect(Object.values(nabla)).not.toContain(undefined)
  })

  it('trains the network of the README', async () => {
    const { network, dense, relu, crossEntropy, adam, fit, dataset } = nabla
    const data = dataset({
      inputs: [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ],
      labels: ['same', 'different', 'different', 'same'],
    })
    const net = network({ input: [2] }, dense(16), relu(), dense(2))
    const run = await fit(net, data, { loss: crossEntropy(), optimizer: adam(0.05), epochs: 100, batchSize: 'all' })
    const predictions = await nabla.predict(run.model, [
      [0, 1],
      [1, 1],
    ])
    expect(predictions.labels()).toEqual(['different', 'same'])
  })

  it('shares no name with the door for Node', () => {
    expect(Object.keys(node).filter((name) => name in nabla)).toEqual([])
  })

  it('is what package.json opens', () => {
    expect(Object.keys(packageJson.exports)).toEqual(['.', './node', './ops', './package.json'])
  })
})

describe('what the rooms offer', () => {
  /** For the rooms after them, and for those who write a backend or a layer: not the public's. */
  const inner = new Set([
    ...['checkClipping', 'clipGradients', 'globalNorm', 'firstFreeStream', 'NETWORK_SCHEMA', 'initialValues'],
    ...['initializerOf', 'lossInput', 'penaltyOf', 'regularizerOf', 'targetsLike'],
    ...[
      'checkNumber',
      'checkFlag',
      'checkOptions',
      'showValue',
      'describeRange',
      'backendOf',
      'checkParameters',
      'checkInputs',
      'checkTargets',
    ],
    ...[
      ...['arrayOf', 'DTYPE_BYTES'],
      'MODEL_SCHEMA',
      'metricOf',
      'CHECKPOINT_SCHEMA',
      'checkThreads',
      'expandComposites',
      'liveNodes',
      'passesOf',
      'variesAlongRow',
    ],
  ])

  it.each([
    ['graph', graph],
    ['gradient', gradient],
    ['network', network],
    ['plan', plan],
    ['backend', backend],
    ['data', data],
    ['formats', formats],
    ['training', training],
    ['report', report],
    ['experiment', experiment],
  ])('%s/ is public, but for what is listed here', (_, room) => {
    expect(Object.keys(room).filter((name) => !(name in nabla) && !inner.has(name))).toEqual([])
  })
})
