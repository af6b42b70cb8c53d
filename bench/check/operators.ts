/** Fault operators: each rewrites one line of a right script, wherever it applies. The rewritten line is the answer. */

import type { FindingKind } from '../../src/diagnosis/check/index.ts'

export interface Operator {
  readonly name: string
  readonly kinds: readonly FindingKind[]
  /** All ways in which the line can be broken. */
  readonly apply: (line: string) => readonly string[]
}

/** Replaces each match by itself, one at a time. */
function each(pattern: RegExp, make: (match: RegExpExecArray) => string | undefined, only?: RegExp) {
  return (line: string): string[] => {
    if (line.trim().startsWith('#') || line.trim().startsWith('def ') || (only !== undefined && !only.test(line))) return []
    const out: string[] = []
    const global = new RegExp(pattern.source, 'g')
    for (let match = global.exec(line); match !== null; match = global.exec(line)) {
      const made = make(match)
      if (made !== undefined) out.push(line.slice(0, match.index) + made + line.slice(match.index + match[0].length))
    }
    return out.filter((l) => l !== line)
  }
}

const GRADIENT = /^\s*(grads?\[|d[A-Z_a-z0-9]*\s*[-+*]?=|delta|error|err|g[Wb12]|gx|nabla|self\.v|d\w+, |neuron\['delta'\]|return .*\(1|dfeature|dkernel|dh|errors)/
const UPDATE = /(lr|rate|eta|alpha|learning_rate|l_rate)\b/
const DERIVATIVE = String.raw`(?:sigmoid_derivative|self\.__tanh_prime|sigmoid_prime|transfer_derivative|relu|sigmoid)\([^()]*(?:\([^()]*\))?[^()]*\)`

export const OPERATORS: readonly Operator[] = [
  { name: 'drop division', kinds: ['scale'], apply: each(/ \/ (m|N|X\.shape\[0\]|len\(\w+\)|Y\.size|x\.shape\[1\])\b/, () => '', GRADIENT) },
  { name: 'drop in-place division', kinds: ['scale', 'regularisation'], apply: each(/(\w+) \/= N/, (m) => `${m[1]} = ${m[1]}`) },
  { name: 'extra division', kinds: ['scale', 'extra-factor'], apply: each(/ \/ (m|X\.shape\[0\])$/, (m) => ` / ${m[1]} / ${m[1]}`, GRADIENT) },
  { name: 'factor two', kinds: ['scale', 'constant'], apply: each(/^(\s*(?:d?W\w*|dw\d|gW\d|grads\["dW\d"\]) = )(.*)$/, (m) => `${m[1]}2 * (${m[2]})`) },
  { name: 'half', kinds: ['scale', 'constant'], apply: each(/^(\s*(?:db\d|gb\d|dbias|dby|grads\["db\d"\]) = )(.*)$/, (m) => `${m[1]}0.5 * (${m[2]})`) },
  { name: 'drop factor two', kinds: ['scale', 'constant', 'extra-factor'], apply: each(/\b2 \* /, () => '', GRADIENT) },
  { name: 'update sign', kinds: ['sign', 'optimiser'], apply: each(/ ([-+])= /, (m) => ` ${m[1] === '-' ? '+' : '-'}= `, UPDATE) },
  { name: 'update sign, assigned', kinds: ['sign', 'optimiser'], apply: each(/ - (\(?(?:self\.rate|lr|rate|eta|alpha)\b)/, (m) => ` + ${m[1]}`) },
  { name: 'error sign', kinds: ['sign'], apply: each(/\((\w[\w.]*) - (\w[\w.]*)\)/, (m) => `(${m[2]} - ${m[1]})`, /^\s*(delta|d\w+ =|d\d|g =|dz\d)/) },
  { name: 'error sign, bare', kinds: ['sign'], apply: each(/= (expected|out|a2|predicted) - (predicted|target|y)$/, (m) => `= ${m[2]} - ${m[1]}`) },
  { name: 'output error sign', kinds: ['sign'], apply: each(/\(neuron\['output'\] - expected\[j\]\)/, () => "(expected[j] - neuron['output'])") },
  { name: 'drop derivative call', kinds: ['missing-activation-derivative', 'missing-chain-factor'], apply: each(new RegExp(String.raw` \* ${DERIVATIVE}`), () => '') },
  { name: 'drop tanh derivative', kinds: ['missing-activation-derivative', 'missing-chain-factor'], apply: each(/ \* \(1 - \w[\w.]* \*\* 2\)/, () => '') },
  { name: 'drop x(1-x)', kinds: ['missing-activation-derivative', 'missing-chain-factor'], apply: each(/ \* (\w+) \* \(1 - (\w+)\)/, (m) => (m[1] === m[2] ? '' : undefined), /^\s*(d|g)/) },
  { name: 'drop mask', kinds: ['missing-activation-derivative', 'missing-chain-factor'], apply: each(/ \* \(\w+ > 0\)/, () => '') },
  { name: 'drop sp', kinds: ['missing-activation-derivative', 'missing-chain-factor'], apply: each(/ \* sp$/, () => '') },
  { name: 'tanh to sigmoid derivative', kinds: ['wrong-activation-derivative', 'missing-activation-derivative', 'operator', 'constant', 'derivative-of-wrong-value'], apply: each(/\(1 - (\w[\w.]*) \*\* 2\)/, (m) => `(${m[1]} * (1 - ${m[1]}))`, /^\s*(d|g|return)/) },
  { name: 'sigmoid to tanh derivative', kinds: ['wrong-activation-derivative', 'missing-activation-derivative', 'operator', 'constant'], apply: each(/\b(\w+) \* \(1(\.0)? - (\w+)\)/, (m) => (m[1] === m[3] ? `(1 - ${m[1]} ** 2)` : undefined)) },
  { name: 'derivative at z', kinds: ['derivative-of-wrong-value', 'wrong-operand', 'wrong-activation-derivative'], apply: each(/(sigmoid_derivative|sigmoid)\((hidden_output|predicted|AL)/, (m) => `${m[1]}(${{ hidden_output: 'hidden_input', predicted: 'final_input', AL: 'Z2' }[m[2] ?? ''] ?? ''}`) },
  { name: 'derivative at a', kinds: ['derivative-of-wrong-value', 'wrong-operand', 'wrong-activation-derivative'], apply: each(/__tanh_prime\(self\.z(\d)\)/, (m) => `__tanh_prime(self.a${m[1]})`) },
  { name: 'derivative twice', kinds: ['extra-activation-derivative', 'extra-factor', 'derivative-of-wrong-value'], apply: each(new RegExp(String.raw` \* (${DERIVATIVE})`), (m) => `${m[0]}${m[0]}`) },
  { name: 'derivative after cross-entropy', kinds: ['extra-activation-derivative', 'extra-factor'], apply: each(/^(\s*)(d2 = a2 - y|dz = out - target)$/, (m) => `${m[1]}${m[2] === 'dz = out - target' ? 'dz = (out - target) * out * (1 - out)' : 'd2 = (a2 - y) * a2 * (1 - a2)'}`) },
  { name: 'drop transpose', kinds: ['transpose', 'missing-chain-factor', 'wrong-operand', 'product-kind'], apply: each(/(\w)\.(T\b|transpose\(\))/, (m) => `${m[1]}`, /^\s*(d|g|e|nabla)/) },
  { name: 'elementwise for matrix', kinds: ['product-kind', 'transpose'], apply: each(/np\.dot\(([\w.["\]]+), ([\w.["\]]+)\)/, (m) => `${m[1]} * ${m[2]}`, GRADIENT) },
  { name: 'wrong activation', kinds: ['wrong-operand'], apply: each(/\b(A1|hidden_output|a1|h1|h2|flat|X|inputs|i1|i2|x)\b(?=\.T|$| \*|\)|, | @)/, (m) => ({ A1: 'Z1', hidden_output: 'hidden_input', a1: 'z1', h1: 'h2', h2: 'h1', flat: 'weights', i1: 'i2', i2: 'i1', X: 'A1', inputs: 'hidden_output' })[m[1] ?? ''], /^\s*(d\w*\d? =|grads\["dW|w\d -=|output_weights|gW|g\d =)/) },
  { name: 'wrong weight', kinds: ['wrong-operand'], apply: each(/\b(w5|w6|w7|w8)\b/, (m) => ({ w5: 'w6', w6: 'w5', w7: 'w8', w8: 'w7' })[m[1] ?? ''], /^\s*g\d =/) },
  { name: 'wrong delta', kinds: ['wrong-operand'], apply: each(/\b(d1|d2|g1|g2|dz2|dz1|delta2|delta1|d_hidden|d_predicted|dZ2|dZ1)\b/, (m) => ({ d1: 'd2', d2: 'd1', g1: 'g2', g2: 'g1', dz2: 'z2', dz1: 'da1', delta2: 'self.a2', delta1: 'self.a1', d_hidden: 'error_hidden', d_predicted: 'error', dZ2: 'dAL', dZ1: 'dA1' })[m[1] ?? ''], /^\s*(w\d -=|b\d -=|dW\d|db\d|dw\d|gW\d|gb\d|output_|hidden_|grads)/) },
  { name: 'other axis', kinds: ['reduction-axis', 'bias-gradient'], apply: each(/axis=([01])/, (m) => `axis=${m[1] === '0' ? '1' : '0'}`, GRADIENT) },
  { name: 'bias summed to a scalar', kinds: ['reduction-axis', 'bias-gradient', 'scale'], apply: each(/np\.sum\((\w+), axis=[01](, keepdims=True)?\)/, (m) => `np.sum(${m[1]})`, /db|bias|b\d/) },
  { name: 'bias not summed', kinds: ['reduction-axis', 'bias-gradient', 'wrong-operand'], apply: each(/d1\.mean\(axis=0\)/, () => 'd1[0]') },
  { name: 'overwritten sum', kinds: ['missing-term', 'accumulator-not-reset', 'gradient', 'bias-gradient'], apply: each(/^(\s*)(dby|dbh|dkernel|dWhh|error) \+= /, (m) => `${m[1]}${m[2]} = `) },
  { name: 'regularisation missing', kinds: ['regularisation'], apply: each(/ \+ reg \* W\d$/, () => '') },
  { name: 'regularisation doubled', kinds: ['regularisation', 'constant', 'scale'], apply: each(/ \+ reg \* (W\d)$/, (m) => ` + 2 * reg * ${m[1]}`) },
  { name: 'regularisation sign', kinds: ['regularisation', 'sign'], apply: each(/ \+ reg \* (W\d)$/, (m) => ` - reg * ${m[1]}`) },
  { name: 'regularised bias', kinds: ['regularisation', 'extra-term'], apply: each(/^(\s*grads\['b(\d)'\] = .*)$/, (m) => `${m[1]} + 0.3 * b${m[2]} + reg`) },
  { name: 'softmax over everything', kinds: ['softmax-axis', 'reduction-axis', 'bias-gradient'], apply: each(/(np\.sum\(exp_scores), axis=1, keepdims=True\)/, (m) => `${m[1]})`) },
  { name: 'softmax axis', kinds: ['softmax-axis', 'reduction-axis'], apply: each(/e\.sum\(axis=1/, () => 'e.sum(axis=0') },
  { name: 'momentum sign', kinds: ['sign', 'optimiser'], apply: each(/(0\.9 \* self\.v\w) - lr/, (m) => `${m[1]} + lr`) },
  { name: 'mixed moments', kinds: ['optimiser'], apply: each(/\* g \*\* 2/, () => '* g') },
  { name: 'no bias correction', kinds: ['optimiser'], apply: each(/ms\[i\] \/ \(1 - beta1 \*\* t\)/, () => 'ms[i]') },
  { name: 'misplaced parentheses', kinds: ['parentheses', 'operator', 'wrong-operand'], apply: each(/\((\w[\w.]*) - (\w[\w.]*)\) \* /, (m) => `${m[1]} - ${m[2]} * `, /^\s*(d|g)/) },
  { name: 'plus for minus in derivative', kinds: ['sign', 'wrong-activation-derivative', 'operator', 'constant'], apply: each(/\(1 - (\w[\w.]*)( \*\* 2)?\)/, (m) => `(1 + ${m[1]}${m[2] ?? ''})`, /^\s*(d|g|return)/) },
  { name: 'update deleted', kinds: ['never-updated'], apply: each(/^(\s*)(self\.b \+= self\.vb|hidden_weights \+= .*|self\.__w1 = .*rate.*|kernel = kernel.*|self\.w \+= self\.vw)$/, (m) => `${m[1]}pass`) },
]
