/** The formats room's second door: what writes files, for Node alone. */

export { writeFileAtomic } from './atomic.ts'
export { appendJsonLine, parseJsonLines } from './json-lines.ts'
