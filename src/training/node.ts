/** The training room's second door: models and runs on disk, for Node alone. */

export { loadModel, saveModel } from './folder.ts'
export { RUN_SCHEMA, RunFolder } from './run-folder.ts'
