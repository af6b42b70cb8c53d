/** The order of the rooms, their doors, no circles, no Node behind a browser's door: docs/house.md, enforced. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { findViolations, type HouseRules, readImports, type Tree } from './house.fixture.ts'

/** As docs/house.md lists them. */
const rooms = [
  ...['shared', 'ops', 'graph', 'gradient', 'network', 'plan', 'backend'],
  ...['formats', 'data', 'training', 'report', 'diagnosis', 'explain', 'experiment', 'cli'],
]
const { dependencies, optionalDependencies } = packageJson
const rules: HouseRules = { rooms, dependencies: Object.keys({ ...dependencies, ...optionalDependencies }) }

function readTree(folder: string): Tree {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  return new Map(names.sort().map((name) => [name.replaceAll('\\', '/'), readFileSync(join(folder, name), 'utf8')]))
}

function violationsOf(files: Record<string, string>): string[] {
  return findViolations(new Map(Object.entries(files)), { rooms: ['shared', 'graph', 'cli'], dependencies: ['fflate'] })
}

describe('the house', () => {
  it('keeps its rules', () => {
    const tree = readTree(import.meta.dirname)
    expect(tree.size).toBeGreaterThan(50)
    expect(findViolations(tree, rules)).toEqual([])
  })

  it('is drawn with the rooms that are checked', () => {
    const drawn = readFileSync(join(import.meta.dirname, '../docs/house.md'), 'utf8')
    const listed = [...drawn.matchAll(/^\| `(\w+)\/` \|/gm)].map(([, name]) => name)
    expect(rooms.filter((name) => listed.includes(name))).toEqual(listed)
  })
})

describe('the rules', () => {
  const door = { 'shared/index.ts': "export { a } from './a.ts'", 'shared/a.ts': 'export const a = 1' }

  it('let a room use the door of an earlier one', () => {
    expect(violationsOf({ ...door, 'graph/index.ts': "import { a } from '../shared/index.ts'" })).toEqual([])
  })

  it('notice an import from a later room, types included', () => {
    const files = { 'shared/a.ts': "import type { G } from '../graph/index.ts'", 'graph/index.ts': 'export type G = 1' }
    expect(violationsOf(files)).toEqual([
      'shared/a.ts:1 imports graph/, which comes after shared/. Move the code to a later room, or turn it round.',
    ])
    expect(violationsOf({ ...files, 'shared/a.ts': '', 'shared/a.test.ts': files['shared/a.ts'] })).toEqual([])
  })

  it('notice a reach past a door, by re-export and by dynamic import too', () => {
    const past = (statement: string) => violationsOf({ ...door, 'graph/b.ts': `\n${statement}` })
    const message = 'graph/b.ts:2 reaches past the door of shared/. Import shared/index.ts (or shared/node.ts).'
    expect(past("import { a } from '../shared/a.ts'")).toEqual([message])
    expect(past("export * from '../shared/a.ts'")).toEqual([message])
    expect(past("export const f = () => import('../shared/a.ts')")).toEqual([message])
    expect(past("export type A = typeof import('../shared/a.ts')")).toEqual([message])
  })

  it('let tests share fixtures, and nothing that is shipped', () => {
    const files = { ...door, 'shared/a.fixture.ts': '', 'graph/b.test.ts': "import '../shared/a.fixture.ts'" }
    expect(violationsOf(files)).toEqual([])
    expect(violationsOf({ ...files, 'graph/b.ts': files['graph/b.test.ts'] })).toHaveLength(1)
  })

  it('notice circles, but not circles of types', () => {
    const circle = (word: string) => ({
      'shared/a.ts': "import { b } from './b.ts'",
      'shared/b.ts': `${word} { a } from './a.ts'`,
    })
    expect(violationsOf(circle('import'))).toEqual([
      'These files import each other in a circle: shared/a.ts -> shared/b.ts -> shared/a.ts.',
    ])
    expect(violationsOf(circle('import type'))).toEqual([])
  })

  it("notice Node's modules behind a browser's door, however far", () => {
    const files = (word: string) => ({
      'index.ts': "export * from './graph/index.ts'",
      'graph/index.ts': "export * from './read.ts'",
      'graph/read.ts': `${word} { readFileSync } from 'node:fs'`,
      'graph/node.ts': "export * from './read.ts'",
      'cli/index.ts': "import 'node:fs'",
    })
    expect(violationsOf(files('import'))).toEqual([
      'index.ts must load in a browser, and loads node:fs: index.ts -> graph/index.ts -> graph/read.ts. Move that part behind the node.ts of its room.',
      'graph/index.ts must load in a browser, and loads node:fs: graph/index.ts -> graph/read.ts. Move that part behind the node.ts of its room.',
    ])
    expect(violationsOf(files('import type'))).toEqual([])
  })

  it('notice unknown rooms, files that are not there, packages that are not shipped, and the public door', () => {
    const files = {
      ...door,
      'index.ts': "export { a } from './shared/index.ts'",
      'attic/a.ts': "import { a } from '../shared/index.ts'",
      'graph/a.ts': "import './gone.ts'\nimport { inflate } from 'fflate'\nimport { it } from 'vitest'",
      'graph/b.ts': "import { a } from '../index.ts'",
    }
    expect(violationsOf(files)).toEqual([
      'attic/a.ts is in attic/, a room that docs/house.md does not have.',
      'graph/a.ts:1 imports ./gone.ts, and there is no such file.',
      "graph/a.ts:3 imports vitest, which is not among package.json's dependencies.",
      'graph/b.ts:1 imports index.ts, the public door. Import the room.',
    ])
  })

  it('know which imports the compiler erases', () => {
    const erased = (statement: string) => readImports('a.ts', statement).map((entry) => entry.typeOnly)
    expect(erased("import { type A, type B } from './b.ts'")).toEqual([true])
    expect(erased("import { type A, b } from './b.ts'")).toEqual([false])
    expect(erased("export { type A } from './b.ts'")).toEqual([true])
    expect(erased("import './b.ts'")).toEqual([false])
    expect(erased("const text = `import './b.ts'`")).toEqual([])
  })
})
