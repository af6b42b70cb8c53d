/** The formats room's second door: what reads and writes files, for Node alone. */

export { writeFileAtomic } from './atomic.ts'
export { appendJsonLine, parseJsonLines } from './json-lines.ts'
export { type ArrayFile, locateNpy, locateNpzArray, namesInNpz, unpackArray } from './npy-file.ts'
