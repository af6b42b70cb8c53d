/** The data room's door: arrays and bytes in, data sets and batches out. Nothing here needs Node. */

export { type DatasetSource, dataset, type NestedNumbers, type NumberArray } from './arrays.ts'
export { Batches, type BatchOptions, batches, epochOrder } from './batches.ts'
export type { Affine } from './copy-rows.ts'
export { type CsvDataset, type CsvOptions, type CsvSchema, csvDataset } from './csv.ts'
export type { ColumnKind, ColumnSchema } from './csv-columns.ts'
export {
  type ClassTargets,
  Dataset,
  type DatasetParts,
  type Targets,
  type ValueTargets,
} from './dataset.ts'
export { type IdxArray, type IdxData, type IdxDatasetOptions, idxDataset, parseIdx } from './idx.ts'
export { type ImageSample, type ImageSampleOptions, imageSample } from './image-sample.ts'
export type { Labels } from './labels.ts'
export { type Fold, foldIndices, shuffledIndices, splitIndices } from './partition.ts'
export { type Channels, type Picture, resizePicture } from './picture.ts'
export { decodePng, type GreyImage } from './png.ts'
export {
  fitMinMax,
  fitStandardise,
  Scaling,
  type ScalingKind,
  type ScalingRecord,
  scalingFromJSON,
} from './scaling.ts'
export type { BatchArrays, TargetKind } from './stream/rows.ts'
export {
  type BatchCursor,
  type PassOptions,
  type StreamBatchOptions,
  StreamedDataset,
} from './stream/streamed-dataset.ts'
export { type Sample, type SampleSource, type SampleStream, streamDataset } from './stream/user-source.ts'
