/** Activation functions: each is its scalar program and, beside it, its derivative. */

import { add, exp, greater, mul, neg, square, sub, where } from './arithmetic.ts'
import { unary } from './define.ts'
import type { Tensor } from './record.ts'
import type { ScalarLike, ScalarWriter } from './scalar/index.ts'

const logistic = (s: ScalarWriter, x: ScalarLike) => s.div(1, s.add(1, s.exp(s.neg(x))))

export const sigmoid = unary(
  { name: 'sigmoid', mathematics: 'σ(x) = 1/(1 + e⁻ˣ)', program: (s, x) => logistic(s, x), sample: [[-6, 6]] },
  (_x, y, gy) => mul(gy, mul(y, sub(1, y))),
)
export const tanh = unary(
  { name: 'tanh', mathematics: 'tanh x', program: (s, x) => s.tanh(x), sample: [[-4, 4]] },
  (_x, y, gy) => mul(gy, sub(1, square(y))),
)
export const relu = unary(
  {
    name: 'relu',
    mathematics: 'max(x, 0)',
    program: (s, x) => s.max(x, 0),
    sample: [[-3, 3]],
    kinks: [{ at: [0], derivative: [0], note: 'the left side, as PyTorch takes it' }],
  },
  (_x, y, gy) => where(greater(y, 0), gy, 0),
)

const leakyReluOf = unary(
  {
    name: 'leakyRelu',
    mathematics: 'x where x > 0, else slope·x',
    program: (s, x, _y, { slope }) => s.select(s.less(0, x), x, s.mul(x, Number(slope))),
    sample: [[-3, 3]],
    attributes: { slope: 0.01 },
    kinks: [{ at: [0], derivative: [0.01], note: 'the left side, as PyTorch takes it' }],
  },
  (x, _y, gy, { slope }) => where(greater(x, 0), gy, mul(gy, Number(slope))),
)
/** x where x > 0, else slope·x (A. L. Maas et al., 2013). */
export const leakyRelu = Object.assign((x: Tensor, slope = 0.01) => leakyReluOf(x, { slope }), {
  record: leakyReluOf.record,
})

const eluOf = unary(
  {
    name: 'elu',
    mathematics: 'x where x > 0, else α(eˣ − 1)',
    program: (s, x, _y, { alpha }) => s.select(s.less(0, x), x, s.mul(s.expm1(x), Number(alpha))),
    sample: [[-3, 3]],
    attributes: { alpha: 1.5 },
    kinks: [{ at: [0], derivative: [1.5], note: 'the left side, as PyTorch takes it' }],
  },
  (x, y, gy, { alpha }) => where(greater(x, 0), gy, mul(gy, add(y, Number(alpha)))),
)
/** x where x > 0, else α(eˣ − 1) (D.-A. Clevert et al., arXiv:1511.07289, equation 15). */
export const elu = Object.assign((x: Tensor, alpha = 1) => eluOf(x, { alpha }), { record: eluOf.record })

/** Φ(x), the normal distribution function, as (1 + erf(x/√2))/2. */
const normalDistribution = (s: ScalarWriter, x: ScalarLike) => s.mul(s.add(1, s.erf(s.mul(x, Math.SQRT1_2))), 0.5)
const phi = unary(
  {
    name: 'normalCdf',
    mathematics: 'Φ(x) = (1 + erf(x/√2))/2',
    program: (s, x) => normalDistribution(s, x),
    sample: [[-3, 3]],
  },
  (x, _y, gy) => mul(gy, mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI))),
)
/** Φ(x), the standard normal distribution function. */
export const normalCdf = phi
export const gelu = unary(
  {
    name: 'gelu',
    mathematics: 'x·Φ(x)',
    program: (s, x) => s.mul(x, normalDistribution(s, x)),
    sample: [[-4, 4]],
    tolerance: { float32: 4e-6 },
  },
  // Φ(x) + x·φ(x)  (D. Hendrycks, K. Gimpel, arXiv:1606.08415)
  (x, _y, gy) => mul(gy, add(phi(x), mul(x, mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI))))),
)
export const silu = unary(
  { name: 'silu', mathematics: 'x·σ(x)', program: (s, x) => s.mul(x, logistic(s, x)), sample: [[-6, 6]] },
  (x, y, gy) => mul(gy, add(y, mul(sigmoid(x), sub(1, y)))),
)
export const softplus = unary(
  {
    name: 'softplus',
    mathematics: 'log(1 + eˣ), as max(x, 0) + log(1 + e^−|x|)',
    program: (s, x) => s.add(s.max(x, 0), s.log1p(s.exp(s.neg(s.abs(x))))),
    sample: [[-6, 6]],
  },
  (x, _y, gy) => mul(gy, sigmoid(x)),
)
/** log σ(x) = −softplus(−x) */
export const logSigmoid = (x: Tensor): Tensor => neg(softplus(neg(x)))

export const activationOperations = [sigmoid, tanh, relu, leakyRelu, elu, normalCdf, gelu, silu, softplus].map(
  ({ record }) => record,
)
