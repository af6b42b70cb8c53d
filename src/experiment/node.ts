/** The experiment room's second door: what reads and writes files, for Node alone. */

export { DATA_KINDS, type DataKind, type LoadedData } from './data-kinds/index.ts'
