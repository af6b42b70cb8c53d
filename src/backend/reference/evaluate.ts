/**
 * Evaluates nodes in f64, by the definitions in their records and without tricks: what every other backend is held
 * against. Values lie in row-major order in Float64Arrays, ints included.
 */

import type { ApplyNode } from '../../graph/index.ts'
import {
  evaluateScalars,
  type GatherOperation,
  type Layout,
  type MapOperation,
  type PlaceOperation,
  type ReduceOperation,
  type ScalarProgram,
  type ScatterOperation,
  scalarProgram,
  type TensorType,
  type ViewOperation,
} from '../../ops/index.ts'
import { InternalError, known, rowMajorStrides, type Shape, sizeOf, uniformAt } from '../../shared/index.ts'

import { indexOutOfRange } from '../interface.ts'

export interface Value extends TensorType {
  readonly data: Float64Array
}

type Evaluator<O> = (operation: O, node: ApplyNode, inputs: readonly Value[]) => Float64Array

/** Calls `visit` with every coordinate of a shape, in row-major order, and its position. */
function forEachCoordinate(shape: Shape, visit: (coordinate: readonly number[], position: number) => void): void {
  const coordinate = shape.map(() => 0)
  const size = sizeOf(shape)
  for (let position = 0; position < size; position++) {
    visit(coordinate, position)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (coordinate[axis] ?? 0) + 1
      coordinate[axis] = next < (shape[axis] ?? 1) ? next : 0
      if (next < (shape[axis] ?? 1)) break
    }
  }
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)
const at = (data: Float64Array, position: number) => data[position] ?? Number.NaN

const programs = new WeakMap<ApplyNode, ScalarProgram>()
function programOf(operation: MapOperation, node: ApplyNode): ScalarProgram {
  const program =
    programs.get(node) ?? scalarProgram(node.inputs.length, (s, x) => operation.program(s, x, node.attributes))
  programs.set(node, program)
  return program
}

const map: Evaluator<MapOperation> = (operation, node, inputs) => {
  const program = programOf(operation, node)
  const result = new Float64Array(sizeOf(node.shape))
  forEachCoordinate(node.shape, (coordinate, position) => {
    const input = (slot: number) => at(known(inputs[slot], 'an input').data, position)
    result[position] = evaluateScalars(program, input, (axis) => coordinate[axis] ?? 0)[0] ?? Number.NaN
  })
  return result
}

const COMBINE = { sum: (a: number, b: number) => a + b, max: Math.max, min: Math.min }
const IDENTITY = { sum: 0, max: Number.NEGATIVE_INFINITY, min: Number.POSITIVE_INFINITY }

const reduce: Evaluator<ReduceOperation> = (operation, node, [x]) => {
  const axes = node.attributes.axes as readonly number[]
  const input = known(x, 'an input')
  const kept = rowMajorStrides(node.shape)
  let next = 0
  const strides = input.shape.map((_, axis) => (axes.includes(axis) ? 0 : (kept[next++] ?? 0)))
  const result = new Float64Array(sizeOf(node.shape)).fill(IDENTITY[operation.combine])
  const combine = COMBINE[operation.combine]
  forEachCoordinate(input.shape, (coordinate, position) => {
    const to = dot(coordinate, strides)
    result[to] = combine(at(result, to), at(input.data, position))
  })
  return result
}

const contract: Evaluator<unknown> = (_, node, [a, b]) => {
  const [left, right] = [known(a, 'a'), known(b, 'b')]
  const [m = 0, n = 0] = node.shape.slice(-2)
  const k = left.shape[left.shape.length - 1] ?? 0
  const result = new Float64Array(sizeOf(node.shape))
  const batches = sizeOf(node.shape.slice(0, -2))
  for (let batch = 0; batch < batches; batch++)
    for (let row = 0; row < m; row++)
      for (let column = 0; column < n; column++) {
        let sum = 0
        for (let i = 0; i < k; i++) {
          sum += at(left.data, (batch * m + row) * k + i) * at(right.data, (batch * k + i) * n + column)
        }
        result[(batch * m + row) * n + column] = sum
      }
  return result
}

const view: Evaluator<ViewOperation> = (operation, node, [x]) => {
  const input = known(x, 'an input')
  const layout: Layout = { shape: input.shape, strides: rowMajorStrides(input.shape), offset: 0 }
  const seen = operation.restride(layout, node.shape, node.attributes)
  if (seen === undefined) throw new InternalError(`${operation.name} of a contiguous tensor has strides`)
  const result = new Float64Array(sizeOf(node.shape))
  forEachCoordinate(node.shape, (coordinate, position) => {
    result[position] = at(input.data, seen.offset + dot(coordinate, seen.strides))
  })
  return result
}

const place: Evaluator<PlaceOperation> = (operation, node, inputs) => {
  const result = new Float64Array(sizeOf(node.shape)).fill(operation.fill)
  const strides = rowMajorStrides(node.shape)
  operation.places(inputs, node.attributes).forEach(({ start, step }, slot) => {
    const input = known(inputs[slot], 'an input')
    forEachCoordinate(input.shape, (coordinate, position) => {
      const target = coordinate.map((c, axis) => (start[axis] ?? 0) + (step[axis] ?? 1) * c)
      result[dot(target, strides)] = at(input.data, position)
    })
  })
  return result
}

/** @throws NablaError E-VALUE for an index outside the axis. */
function checkIndex(node: ApplyNode, index: number, extent: number): number {
  if (index >= 0 && index < extent) return index
  throw indexOutOfRange(node.name, index, extent)
}

const gather: Evaluator<GatherOperation> = (_, node, [x, i]) => {
  const [table, indices] = [known(x, 'a table'), known(i, 'indices')]
  const axis = node.attributes.axis as number
  const extent = table.shape[axis] ?? 0
  const inner = sizeOf(table.shape.slice(axis + 1))
  const count = indices.data.length
  const result = new Float64Array(sizeOf(node.shape))
  for (let position = 0; position < result.length; position++) {
    const outer = Math.floor(position / (count * inner))
    const index = checkIndex(node, at(indices.data, Math.floor(position / inner) % count), extent)
    result[position] = at(table.data, (outer * extent + index) * inner + (position % inner))
  }
  return result
}

const scatter: Evaluator<ScatterOperation> = (_, node, [v, i]) => {
  const [values, indices] = [known(v, 'values'), known(i, 'indices')]
  const extent = node.attributes.extent as number
  const inner = sizeOf(node.shape.slice((node.attributes.axis as number) + 1))
  const count = indices.data.length
  const result = new Float64Array(sizeOf(node.shape))
  for (let position = 0; position < values.data.length; position++) {
    const outer = Math.floor(position / (count * inner))
    const index = checkIndex(node, at(indices.data, Math.floor(position / inner) % count), extent)
    const to = (outer * extent + index) * inner + (position % inner)
    result[to] = at(result, to) + at(values.data, position)
  }
  return result
}

const random: Evaluator<unknown> = (_, node, [key]) => {
  const [low = 0, high = 0, step = 0] = known(key, 'a key').data
  const words: [number, number] = [low >>> 0, high >>> 0]
  const result = new Float64Array(sizeOf(node.shape))
  return result.map((_value, index) => uniformAt(words, step, node.attributes.stream as number, index))
}

/** The value of a node from those of its inputs. */
export function evaluateNode(node: ApplyNode, inputs: readonly Value[]): Value {
  return { shape: node.shape, dtype: node.dtype, data: evaluateByKind(node, inputs) }
}

function evaluateByKind(node: ApplyNode, inputs: readonly Value[]): Float64Array {
  const { operation } = node
  switch (operation.kind) {
    case 'map':
      return map(operation, node, inputs)
    case 'reduce':
      return reduce(operation, node, inputs)
    case 'contract':
      return contract(operation, node, inputs)
    case 'view':
      return view(operation, node, inputs)
    case 'place':
      return place(operation, node, inputs)
    case 'gather':
      return gather(operation, node, inputs)
    case 'scatter':
      return scatter(operation, node, inputs)
    case 'random':
      return random(operation, node, inputs)
    case 'composite':
      throw new InternalError('composites are expanded before evaluation')
  }
}
