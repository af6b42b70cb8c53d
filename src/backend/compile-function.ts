/** Compiles a function of symbolic tensors: it is traced once, planned, and then called with numbers. */

import { type Graph, GraphBuilder } from '../graph/index.ts'
import type { DType, Tensor, TensorType } from '../ops/index.ts'
import { formatShape, NablaError, type Shape } from '../shared/index.ts'
import type { Backend, Executable, Values } from './executable.ts'
import { defaultBackend } from './select.ts'

/** The type of an argument: a shape of floats, or a shape with its dtype. */
export type ArgumentType = Shape | { readonly shape: Shape; readonly dtype?: DType }

export type TracedResult = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>

/** The values of one result, in row-major order. */
export interface ArrayResult extends TensorType {
  readonly values: Float64Array | Float32Array | Int32Array
}

/** Results have the structure of what the function returned. */
export type Results<R extends TracedResult> = R extends Tensor
  ? ArrayResult
  : R extends readonly Tensor[]
    ? ArrayResult[]
    : { [K in keyof R]: ArrayResult }

export interface CompileFunctionOptions {
  backend?: Backend
  /** Names the function in errors. */
  name?: string
}

export interface CompiledFunction<R extends TracedResult> {
  /** Calls it with the values of each argument, in row-major order; a number for a scalar. */
  (...args: readonly (Values | number)[]): Promise<Results<R>>
  readonly graph: Graph
  /** Gives the device's memory back. */
  close(): void
}

const isTensor = (value: TracedResult): value is Tensor => 'builder' in value && 'id' in value

function entriesOf(result: TracedResult): [string, Tensor][] {
  if (isTensor(result)) return [['0', result]]
  return Array.isArray(result) ? result.map((tensor, i) => [String(i), tensor]) : Object.entries(result)
}

function traceFunction<R extends TracedResult>(
  f: (...args: Tensor[]) => R,
  types: readonly ArgumentType[],
  name: string,
): { graph: Graph; result: R } {
  const builder = new GraphBuilder()
  const tensors = types.map((type, i) => {
    const { shape, dtype = 'float' } = 'shape' in type ? type : { shape: type }
    return builder.input(`argument ${i}`, shape, dtype)
  })
  const result = f(...tensors)
  if (typeof result !== 'object' || result === null || entriesOf(result).length === 0) {
    throw new NablaError({
      code: 'E-USAGE',
      where: name,
      expected: 'a function that returns a tensor, a list of tensors, or an object of tensors',
      received: result === null ? 'null' : typeof result,
      fix: 'return what it should compute.',
    })
  }
  for (const [key, tensor] of entriesOf(result)) builder.output(key, tensor)
  return { graph: builder.build(), result }
}

/**
 * Compiles `f` for arguments of the given types. Shapes are fixed; compile again for others.
 *
 *     const loss = await compile((x, w) => mean(square(matmul(x, w))), [[8, 3], [3, 1]])
 *     const { values } = await loss(xValues, wValues)
 *
 * @throws NablaError E-SHAPE, E-DTYPE, E-GRADIENT while `f` is traced; E-SHAPE at a call whose values do not fit.
 */
export async function compile<R extends TracedResult>(
  f: (...args: Tensor[]) => R,
  types: readonly ArgumentType[],
  { backend = defaultBackend, name = 'the compiled function' }: CompileFunctionOptions = {},
): Promise<CompiledFunction<R>> {
  const { graph, result } = traceFunction(f, types, name)
  const device = await backend.open()
  const executable = await device.compile(graph, { name })
  const call = async (...args: readonly (Values | number)[]): Promise<Results<R>> => {
    writeArguments(executable, types, args, name)
    await executable.run()
    const read = (key: string, { shape, dtype }: Tensor): ArrayResult => ({
      shape,
      dtype,
      values: executable.read(key),
    })
    if (isTensor(result)) return read('0', result) as Results<R>
    const entries = entriesOf(result).map(([key, tensor]) => [key, read(key, tensor)] as const)
    return (Array.isArray(result) ? entries.map(([, value]) => value) : Object.fromEntries(entries)) as Results<R>
  }
  return Object.assign(call, { graph, close: () => device.close() })
}

function writeArguments(
  executable: Executable,
  types: readonly ArgumentType[],
  args: readonly (Values | number)[],
  name: string,
): void {
  if (args.length !== types.length) {
    const shapes = types.map((type) => formatShape('shape' in type ? type.shape : type)).join(', ')
    throw new NablaError({
      code: 'E-USAGE',
      where: name,
      expected: `${types.length} arguments: ${shapes}`,
      received: `${args.length}`,
      fix: 'pass the values of every argument.',
    })
  }
  args.forEach((values, i) => {
    executable.write(`argument ${i}`, typeof values === 'number' ? [values] : values)
  })
}
