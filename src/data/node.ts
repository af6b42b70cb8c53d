/** The data room's second door: what reads files, for Node alone. */

export { readBytes } from './files.ts'
export { type ImageDataset, loadMnist, type MnistOptions, readIdxDataset } from './mnist.ts'
export { readCsvDataset } from './read-csv.ts'
export { readImage } from './read-image.ts'
