/** nabla's second public door, "nabla/node": what reads and writes files. */

export {
  type ImageDataset,
  loadMnist,
  type MnistOptions,
  readCsvDataset,
  readIdxDataset,
  readImage,
} from './data/node.ts'
export {
  type CheckpointFolderOptions,
  checkpointFolder,
  latestCheckpoint,
  loadModel,
  RunFolder,
  saveModel,
} from './training/node.ts'
