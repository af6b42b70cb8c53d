/** The formats room's door: named arrays to bytes and back. Nothing here needs Node. */

export { decodeNpy, encodeNpy } from './npy.ts'
export { decodeNpz, encodeNpz, type NpzOptions } from './npz.ts'
export { decodeSafetensors, encodeSafetensors, type Safetensors } from './safetensors.ts'
export type { DataOf, StoredArray, StoredTensor, TensorDtype, TensorOf } from './tensor.ts'
