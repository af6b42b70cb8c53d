/** One change in one line of a right script: the line is named, and what kind of change it is. */

import { type LineChange, testLineChanges } from './line-changes.fixture.ts'

const CASES: readonly LineChange[] = [
  // Behind an optimiser whose update is no multiple of the gradient.
  ['adam', 'db1 = dz1.sum(axis=0, keepdims=True)', 'db1 = dz1[0]', 'reduction-axis'],
  ['adam', 'dz1 = da1 * (1 - a1 ** 2)', 'dz1 = da1 * (1 - a1)', 'wrong-activation-derivative'],
  ['rmsprop', 'dW2 = dZ2 @ A1.T', 'dW2 = dZ2 @ Z1.T', 'wrong-operand'],
  // A value that is used in several places; one run of a statement for each use.
  ['tied', 'grad_W = data.T @ d_code + d_out.T @ code', 'grad_W = data.T @ d_code', 'missing-term'],
  ['elman', 'dV += delta_o * s[t]', 'dV += delta_o * s[t - 1]', 'wrong-operand'],
  ['recurrent', 'dhraw = (1 - hs[t] * hs[t]) * dh', 'dhraw = dh', 'missing-activation-derivative'],
  // The sign of the update, where the gradient has the right one; the sign of the error, where all have the wrong one.
  ['tied', 'b_enc = b_enc - learning_rate * grad_enc', 'b_enc = b_enc + learning_rate * grad_enc', 'sign'],
  ['leaky', 'err = pred - yb', 'err = yb - pred', 'sign'],
  // A stated loss against one that is inferred from a single output, and against a metric.
  [
    'scalars',
    'd1 = (o1 - t1) * o1 * (1 - o1)',
    'd1 = (o1 - t1) * o1 * (1 - o1) * (1 - o1)',
    'extra-activation-derivative',
  ],
  [
    'xor',
    'error * sigmoid_derivative(predicted)',
    'error * sigmoid_derivative(final_input)',
    'derivative-of-wrong-value',
  ],
  ['softmax_net', 'hidden.T.dot(dscores) + reg * W2', 'hidden.T.dot(dscores) + 2 * reg * W2', 'regularisation'],
  ['layers', 'return g * (1 - self.y ** 2)', 'return g', 'missing-activation-derivative'],
  // A sign or a factor: at the statement where it gets in, whatever it is handed on through.
  ['three_layers', 'l3_error = parity - l3', 'l3_error = l3 - parity', 'sign'],
  ['layers', 'db = g.sum(axis=0, keepdims=True)', 'db = -g.sum(axis=0, keepdims=True)', 'sign'],
  ['private_class', 'dw1 = delta1 @ x.T / m', 'dw1 = -(delta1 @ x.T / m)', 'sign'],
  ['dropout', 'da1 = dd1 * mask', 'da1 = -(dd1 * mask)', 'sign'],
  // A loss that is summed by `-=`, over several passes between two updates.
  ['micro_batches', 'b0 -= rate * gb', 'b0 += rate * gb', 'sign'],
  // Beside a bias that has no gradient at all.
  ['siamese', 'du = dh * (1 - h ** 2)', 'du = dh', 'missing-activation-derivative'],
  // Gradients that are kept beside the values of the pass; a sum into rows of an array, one of them twice.
  ['tensor_tape', 'out.grad * (1 - out.data ** 2)', 'out.grad * (1 - out.data)', 'wrong-activation-derivative'],
  ['skipgram', 'gradOut[word] += err[k] * v', 'gradOut[word] += score[k] * v', 'wrong-operand'],
  // An error for each sample where the one of each unit is meant, which changes the scale of all gradients.
  ['deep_tanh', 'delta = delta * (1 - H[l + 1] ** 2)', 'delta = error * (1 - H[l + 1] ** 2)', 'wrong-operand'],
  // Beside a gradient check of the script's own.
  [
    'own_check',
    'dz1 = dh * (1 - np.power(h, 2))',
    'dz1 = dh * (1 - np.power(h, 2)) * (1 - np.power(h, 2))',
    'extra-activation-derivative',
  ],
  // Written into the array that was copied, which nothing reads any more.
  ['words', 'err[target] -= 1', 'prob[target] -= 1', 'wrong-operand'],
  // A factor that is written out, beside a momentum that multiplies with its inverse.
  ['deep_tanh', 'gb[l] = delta.sum(axis=0)', 'gb[l] = 2 * delta.sum(axis=0)', 'scale'],
]

testLineChanges(CASES)
