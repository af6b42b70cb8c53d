/** One operation of a trace in; what its operand's gradient is, as a Python expression, out. */

import type { Entry } from '../tape/tape.ts'

export interface Operand {
  readonly text: string
  readonly shape: readonly number[]
}

/** Operations that write themselves: `np.exp(x)`, `(a + b)`. */
const INFIX: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  subtract: '-',
  mul: '*',
  multiply: '*',
  div: '/',
  divide: '/',
  true_divide: '/',
  pow: '**',
  power: '**',
  matmul: '@',
  dot: '@',
  greater: '>',
  less: '<',
  greater_equal: '>=',
  less_equal: '<=',
}

/** `text` as a factor: in parentheses where it has an operator or begins with a sign; `free` are those that need none. */
export function factor(text: string, free = ''): string {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? ''
    if ('([{'.includes(c)) depth++
    else if (')]}'.includes(c)) depth--
    else if (
      depth === 0 &&
      ((c === ' ' && /[-+*/@<>]/.test(text[i + 1] ?? '') && !free.includes(text[i + 1] ?? '')) ||
        (i === 0 && c === '-'))
    )
      return `(${text})`
  }
  return text
}

/** An operation written out. */
export function written(
  { op, params }: Pick<Entry, 'op' | 'params'>,
  operands: readonly Operand[],
  shape: readonly number[],
): string {
  const texts = operands.map((o) => o.text)
  const [a = '', b = ''] = texts
  const sign = INFIX[op]
  if (sign !== undefined && texts.length === 2)
    return `${factor(a, sign === '+' || sign === '-' ? '+-*/@' : sign === '*' || sign === '/' ? '*/' : '')} ${sign} ${factor(b, sign === '+' ? '*/@' : sign === '-' ? '*/@' : '')}`
  if (op === 'neg' || op === 'negative') return `-${factor(a)}`
  if (op === 'copy') return a
  if (op === 'view' || op === 'move') return moved(a, operands[0]?.shape ?? [], shape, params)
  if (op === 'add_n') return `sum(${texts.length > 3 ? `${a}, …` : texts.join(', ')})`
  if (op === 'sum' || op === 'mean' || op === 'max' || op === 'min')
    return `np.${op}(${a}${axisText(params, operands[0]?.shape ?? [])})`
  return `np.${op}(${texts.length > 3 ? `${texts.slice(0, 3).join(', ')}, …` : texts.join(', ')})`
}

function moved(
  text: string,
  from: readonly number[],
  to: readonly number[],
  params: Readonly<Record<string, unknown>>,
): string {
  const size = (s: readonly number[]) => s.reduce((p, n) => p * n, 1)
  if (isTranspose(from, to, params)) return `${factor(text)}.T`
  if (size(from) === size(to)) return `${factor(text)}.reshape(${to.join(', ')})`
  return `${factor(text)}[…]`
}

function isTranspose(
  from: readonly number[],
  to: readonly number[],
  params: Readonly<Record<string, unknown>>,
): boolean {
  if (from.length !== 2 || to.length !== 2 || from[0] !== to[1] || from[1] !== to[0]) return false
  const [rows = 1, columns = 1] = from
  const { strides, index } = params as { strides?: number[]; index?: number[] }
  if (strides !== undefined) return strides[0] === 1 && (strides[1] === columns || rows === 1)
  return index !== undefined && (index.length < 2 || index[1] === columns || rows === 1)
}

function axisText(params: Readonly<Record<string, unknown>>, shape: readonly number[]): string {
  const axes = Array.isArray(params.axes) ? (params.axes as number[]) : []
  if (axes.length === 0 || axes.length === shape.length) return ''
  const axis = axes.length === 1 ? String(axes[0]) : `(${axes.join(', ')})`
  return `, axis=${axis}${params.keepdims === 1 ? ', keepdims=True' : ''}`
}

const times = (g: string, x: string) => (g === '1' ? x : `${factor(g, '*/')} * ${factor(x)}`)
const over = (g: string, x: string) => `${factor(g, '*/')} / ${factor(x)}`
const minus = (g: string) => `-${factor(g)}`

/** What operand `i` receives from an operation whose own gradient is written `g`; `y` is the operation written out. */
export function received(entry: Entry, i: number, g: string, operands: readonly Operand[], y: Operand): string {
  const { op, params } = entry
  const own = operands[i] ?? y
  const [a, b] = [operands[0] ?? y, operands[1] ?? y]
  const other = i === 0 ? b : a
  const fit = (text: string) => summedTo(text, y.shape, own.shape)
  switch (op) {
    case 'add':
      return fit(g)
    case 'sub':
    case 'subtract':
      return fit(i === 0 ? g : minus(g))
    case 'mul':
    case 'multiply':
      return fit(times(g, other.text))
    case 'div':
    case 'divide':
    case 'true_divide':
      return fit(i === 0 ? over(g, b.text) : minus(over(times(g, a.text), `${factor(b.text)} ** 2`)))
    case 'pow':
    case 'power':
      return i === 0
        ? fit(
            b.text === '2'
              ? times(g, `2 * ${factor(a.text)}`)
              : times(g, `${b.text} * ${factor(a.text)} ** (${b.text} - 1)`),
          )
        : times(g, `${y.text} * np.log(${a.text})`)
    case 'neg':
    case 'negative':
      return minus(g)
    case 'exp':
      return times(g, y.text)
    case 'log':
      return over(g, a.text)
    case 'tanh':
      return times(g, `(1 - ${factor(y.text)} ** 2)`)
    case 'sqrt':
      return over(g, `(2 * ${y.text})`)
    case 'absolute':
      return times(g, `np.sign(${a.text})`)
    case 'maximum':
      return times(g, `(${own.text} > ${other.text})`)
    case 'minimum':
      return times(g, `(${own.text} < ${other.text})`)
    case 'where':
      return i === 1 ? `np.where(${a.text}, ${g}, 0)` : `np.where(${a.text}, 0, ${g})`
    case 'mean': {
      const count =
        own.shape.reduce((p, n) => p * n, 1) /
        Math.max(
          1,
          y.shape.reduce((p, n) => p * n, 1),
        )
      return over(g, String(count))
    }
    case 'sum':
    case 'add_n':
    case 'copy':
      return g
    case 'view':
    case 'move':
      if (isTranspose(own.shape, y.shape, params)) return `${factor(g)}.T`
      return `${g}, put back where it was taken`
    case 'dot':
    case 'matmul':
      return productRule(i, g, a, b)
    case 'outer':
      return i === 0 ? `${factor(g)} @ ${factor(b.text)}` : `${factor(a.text)} @ ${factor(g)}`
    case 'einsum': {
      const [inputs = '', out = ''] = String(params.subscripts).split('->')
      const parts = inputs.split(',')
      const rest = operands.map((o) => o.text).filter((_, k) => k !== i)
      const others = parts.filter((_, k) => k !== i)
      return `np.einsum('${[out, ...others].join(',')}->${parts[i] ?? ''}', ${[g, ...rest].join(', ')})`
    }
    default:
      return `${g}, through np.${op}`
  }
}

function productRule(i: number, g: string, a: Operand, b: Operand): string {
  const [left, right] = [a.shape.length, b.shape.length]
  if (left === 0 || right === 0 || (left === 1 && right === 1)) return times(g, i === 0 ? b.text : a.text)
  if (left === 2 && right === 1) return i === 0 ? `np.outer(${g}, ${b.text})` : `${factor(a.text)}.T @ ${factor(g)}`
  if (left === 1) return i === 0 ? `${factor(b.text)} @ ${factor(g)}` : `np.outer(${a.text}, ${g})`
  return i === 0 ? `${factor(g)} @ ${factor(b.text)}.T` : `${factor(a.text)}.T @ ${factor(g)}`
}

/** A gradient summed over what its operand was broadcast along. */
function summedTo(g: string, from: readonly number[], to: readonly number[]): string {
  if (from.length === to.length && from.every((n, k) => n === to[k])) return g
  const lead = from.length - to.length
  const gone = from.map((_, k) => k).filter((k) => k < lead)
  const kept = from.map((n, k) => (k >= lead && to[k - lead] === 1 && n !== 1 ? k : -1)).filter((k) => k >= 0)
  if (to.length === 0 || (gone.length === from.length && to.length === 0)) return `np.sum(${g})`
  const text = gone.length > 0 ? `np.sum(${g}, axis=${tuple(gone)})` : g
  return kept.length > 0 ? `np.sum(${text}, axis=${tuple(kept.map((k) => k - gone.length))}, keepdims=True)` : text
}

const tuple = (axes: readonly number[]) => (axes.length === 1 ? String(axes[0]) : `(${axes.join(', ')})`)
