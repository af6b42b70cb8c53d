import { describe } from 'vitest'
import { conformanceSuite } from './conformance.fixture.ts'
import { wasmWith } from './index.ts'
import { native } from './node.ts'

describe('backend wasm, 1 thread', () => {
  conformanceSuite(wasmWith({ threads: 1 }))
})

describe('backend wasm, every kernel cut for 2 threads', () => {
  conformanceSuite(wasmWith({ threads: 2, leastSeconds: 0, awaitThreads: true }))
})

describe('backend native', () => {
  conformanceSuite(native)
})
