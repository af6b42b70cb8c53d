/** The formats room's door: named arrays to bytes and back. Nothing here needs Node. */

export { decodeSafetensors, encodeSafetensors, type Safetensors } from './safetensors.ts'
export type { DataOf, StoredArray, StoredTensor, TensorDtype, TensorOf } from './tensor.ts'
