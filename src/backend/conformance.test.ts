import { describe } from 'vitest'
import { conformanceSuite } from './conformance.fixture.ts'
import { wasm } from './index.ts'
import { native } from './node.ts'

describe.each([wasm, native])('backend $name', (backend) => {
  conformanceSuite(backend)
})
