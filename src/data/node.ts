/** The data room's second door: what reads files, for Node alone. */

export { namesInNpz } from '../formats/node.ts'
export { readBytes } from './files.ts'
export { type ImageDataset, loadMnist, type MnistOptions, readIdxDataset } from './mnist.ts'
export { readCsvDataset } from './read-csv.ts'
export { readImage, readPicture } from './read-image.ts'
export {
  type NpyDatasetOptions,
  type NpySource,
  npzTargets,
  readNpyDataset,
  streamIdx,
  streamNpy,
} from './stream/array-dataset.ts'
export { type StreamCsvOptions, type StreamedCsv, streamCsv } from './stream/csv-file.ts'
export {
  type ImageFolderOptions,
  readImageFolder,
  readPictureSample,
  streamImageFolder,
} from './stream/image-folder.ts'
