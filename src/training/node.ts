/** The training room's second door: models and runs on disk, for Node alone. */

export { type CheckpointFolderOptions, checkpointFolder, latestCheckpoint } from './checkpoint-folder.ts'
export { claimFolder as claimDirectory, loadModel, saveModel } from './folder.ts'
export { RUN_SCHEMA, RunFolder, readHistory } from './run-folder.ts'
