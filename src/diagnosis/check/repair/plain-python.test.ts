/** One change in one line of a right script in plain Python, or of loops over elements: the line, and the kind of change. */

import { type LineChange, testLineChanges } from './line-changes.fixture.ts'

const CASES: readonly LineChange[] = [
  // Lists that are made anew in each step.
  [
    'list_vectors',
    'g * tanh_slope(h) for g, h in zip(back',
    'g * tanh_slope(h) * tanh_slope(h) for g, h in zip(back',
    'extra-activation-derivative',
  ],
  // What a function that others call as well was given, and what one of its results lacks.
  ['list_vectors', 'hidden_b, learning_rate, hidden_grad', 'hidden_b, learning_rate, out_grad', 'wrong-operand'],
  ['list_vectors', 'g * tanh_slope(h) for g', 'g for g', 'missing-activation-derivative'],
  ['linked_neurons', 'eta * neuron.delta * source', 'eta * neuron.output * source', 'wrong-operand'],
  // A sum that is overwritten, beside a penalty, and part by part of an array.
  ['softmax_lists', 'd_weight[c][f] += error', 'd_weight[c][f] = error', 'overwritten-sum'],
  // The positions of maxima are the script's, and the maxima themselves move on to other elements.
  ['max_pooling', 'd_kernels[k] += d_conv', 'd_kernels[k] = d_conv', 'overwritten-sum'],
  // Objects, and what one of their methods puts into a list of theirs.
  [
    'schichten',
    'fehler[i] * self.ausgaben[i] * (1 - self.ausgaben[i])',
    'fehler[i] * (1 - self.ausgaben[i] ** 2)',
    'wrong-activation-derivative',
  ],
  // What an object keeps of the error as it got it, in all layers: known by the parameters that read it.
  [
    'schichten',
    'self.deltas.append(fehler[i] * self.ausgaben[i] * (1 - self.ausgaben[i]))',
    'self.deltas.append(fehler[i])',
    'missing-activation-derivative',
  ],
  // One derivative for all layers, under a loss that is printed once an epoch.
  ['neurons', 'return output * (1.0 - output)', 'return output * (1.0 + output)', 'wrong-activation-derivative'],
  ['list_matrices', 'd if z > 0 else 0.0', 'd if z < 0 else 0.0', 'wrong-activation-derivative'],
]

testLineChanges(CASES)
