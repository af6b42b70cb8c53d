/**
 * A classifier with one hidden layer: ReLU, softmax, L2 on the kernels, random mini-batches of 200, a learning rate that
 * is multiplied by 0.95 after each epoch, and its histories. On 5,000 of MNIST's training images, with 1,000 others to
 * validate. Figure: above 92 % of the validation images.
 */

import { crossEntropy, dense, epochDecay, fit, l2, network, predict, relu, sgd } from 'nabla'
import { loadMnist } from 'nabla/node'
import { percent, printWhenMain, type Report } from './report.ts'

export async function run(): Promise<Report> {
  const { train: all } = await loadMnist()
  const [train, validation] = [all.take(5000), all.take(1000, 5000)]
  const net = network({ input: [784] }, dense(50), relu(), dense(10))
  const { model, history } = await fit(net, train, {
    loss: crossEntropy(),
    optimizer: sgd(0.5),
    schedule: epochDecay(0.95),
    regularizer: l2(1e-4),
    batchSize: 200,
    epochs: 30,
    validation,
    seed: 1,
  })
  const predicted = (await predict(model, validation)).classes()
  const labels = validation.targets?.kind === 'classes' ? validation.targets.labels : []
  const right = predicted.filter((label, i) => label === labels[i]).length / validation.count
  const shown = history.filter(({ epoch }) => epoch === 1 || epoch % 10 === 0)
  return {
    name: '03 two layers, ReLU and softmax',
    before: 'trained; how the gradient of W2 comes about was not understood',
    reached: `${percent(right)} of 1,000 validation images`,
    figures: {
      validation: right,
      training: history.at(-1)?.accuracy ?? 0,
      lastRate: history.at(-1)?.learningRate ?? 0,
      epochs: history.length,
    },
    lines: shown.map(
      ({ epoch, loss, accuracy = 0, validationAccuracy = 0, learningRate }) =>
        `epoch ${epoch}: loss ${loss.toFixed(3)}, training ${percent(accuracy)}, validation ${percent(validationAccuracy)}, rate ${learningRate.toFixed(3)}`,
    ),
  }
}

await printWhenMain(import.meta.url, run)
