/** A named array as files hold it, and the element types that they share. */

import { formatShape, NablaError, type Shape, sizeOf } from '../shared/index.ts'

/** Which typed array holds each element type in memory. A BOOL is a byte, 0 or 1. */
export interface DataOf {
  F32: Float32Array
  F64: Float64Array
  I8: Int8Array
  I16: Int16Array
  I32: Int32Array
  I64: BigInt64Array
  U8: Uint8Array
  U16: Uint16Array
  U32: Uint32Array
  U64: BigUint64Array
  BOOL: Uint8Array
}

export type TensorDtype = keyof DataOf

/** One array with its element type; `data` is row-major and has as many elements as `shape` says. */
export type TensorOf<D extends TensorDtype> = { dtype: D; shape: Shape; data: DataOf[D] }
export type StoredArray = { [D in TensorDtype]: TensorOf<D> }[TensorDtype]
export type StoredTensor = StoredArray & { name: string }

export const DTYPE_BYTES: Readonly<Record<TensorDtype, number>> = {
  F32: 4,
  F64: 8,
  I8: 1,
  I16: 2,
  I32: 4,
  I64: 8,
  U8: 1,
  U16: 2,
  U32: 4,
  U64: 8,
  BOOL: 1,
}

export function isTensorDtype(value: unknown): value is TensorDtype {
  return typeof value === 'string' && Object.hasOwn(DTYPE_BYTES, value)
}

/** The error for bytes that are not what they should be. */
export function formatError(where: string, expected: string, received: string, fix: string): NablaError {
  return new NablaError({ code: 'E-DATA', where, expected, received, fix })
}

/** Little-endian bytes (a buffer of their own, aligned) as an array of `dtype`; every engine here is little-endian. */
export function arrayOf(dtype: TensorDtype, shape: Shape, buffer: ArrayBuffer): StoredArray {
  switch (dtype) {
    case 'F32':
      return { dtype, shape, data: new Float32Array(buffer) }
    case 'F64':
      return { dtype, shape, data: new Float64Array(buffer) }
    case 'I8':
      return { dtype, shape, data: new Int8Array(buffer) }
    case 'I16':
      return { dtype, shape, data: new Int16Array(buffer) }
    case 'I32':
      return { dtype, shape, data: new Int32Array(buffer) }
    case 'I64':
      return { dtype, shape, data: new BigInt64Array(buffer) }
    case 'U8':
    case 'BOOL':
      return { dtype, shape, data: new Uint8Array(buffer) }
    case 'U16':
      return { dtype, shape, data: new Uint16Array(buffer) }
    case 'U32':
      return { dtype, shape, data: new Uint32Array(buffer) }
    case 'U64':
      return { dtype, shape, data: new BigUint64Array(buffer) }
  }
}

/** The bytes of an array, as a view. */
export function bytesOf(array: StoredArray): Uint8Array {
  return new Uint8Array(array.data.buffer, array.data.byteOffset, array.data.byteLength)
}

/** @throws NablaError E-SHAPE unless the data has as many elements as the shape, of the dtype's width. */
export function checkArray(array: StoredArray, where: string): void {
  const wellTyped = array.data.BYTES_PER_ELEMENT === DTYPE_BYTES[array.dtype]
  if (wellTyped && array.data.length === sizeOf(array.shape)) return
  throw new NablaError({
    code: 'E-SHAPE',
    where,
    expected: `${sizeOf(array.shape)} elements of ${array.dtype}, for ${formatShape(array.shape)}`,
    received: `${array.data.length} elements of ${array.data.BYTES_PER_ELEMENT} bytes`,
    fix: 'give the shape and the element type that the data has.',
  })
}
