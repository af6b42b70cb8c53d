import { describe } from 'vitest'
import { conformanceSuite } from './conformance.fixture.ts'
import { wasm } from './index.ts'

describe.each([wasm])('backend $name', (backend) => {
  conformanceSuite(backend)
})
