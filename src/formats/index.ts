/** The formats room's door: named arrays to bytes and back. Nothing here needs Node. */

export { nameNumbers, readNumbers, stringifyNumbers } from './json-numbers.ts'
export { decodeNpy, encodeNpy } from './npy.ts'
export { decodeNpz, encodeNpz, type NpzOptions } from './npz.ts'
export { decodeSafetensors, encodeSafetensors, type Safetensors } from './safetensors.ts'
export {
  arrayOf,
  type DataOf,
  DTYPE_BYTES,
  type StoredArray,
  type StoredTensor,
  type TensorDtype,
  type TensorOf,
} from './tensor.ts'
