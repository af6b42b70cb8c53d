import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { UsageError } from './arguments.ts'
import { type BenchDocument, listWarnings, readDocument, SCHEMA } from './document.ts'
import { placeFigures, writeMarkdown } from './figures.ts'
import { judgeGoals } from './goals.ts'
import { type ItemResult, makeMeasurement } from './measurement.ts'

const folder = mkdtempSync(join(tmpdir(), 'nabla-figures-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const machine = { cpu: 'a CPU', cores: 2, memoryBytes: 2 ** 33, node: '20.0.0', platform: 'linux x64', nabla: '0.1.0' }
const ours = {
  identity: { name: 'nabla native 1t', family: 'nabla native', threads: 1, peer: false },
  description: '',
  rounds: [1, 2, 1],
}
const theirs = {
  identity: { name: 'PyTorch 2t', family: 'PyTorch', threads: 2, peer: true },
  description: '',
  rounds: [2, 4, 3],
}
const items: ItemResult[] = [
  {
    item: 'epoch',
    contests: [
      {
        title: 'an epoch',
        work: { kind: 'epoch', sizes: [2, 2], batch: 1, optimizer: 'adam', count: 1, learningRate: 1 },
        flops: 0,
        measurements: [makeMeasurement(ours, ours, 0, {}), makeMeasurement(theirs, ours, 0, {})],
        absent: [{ contestant: 'brain.js', reason: 'does not offer this: epoch' }],
        othersCores: 1.2,
      },
    ],
  },
]
const load = { start: 1, end: 2, othersCores: 1.2 }
const document: BenchDocument = {
  schema: SCHEMA,
  date: '2026-01-02T03:04:05.000Z',
  machine,
  quick: false,
  rounds: 9,
  load,
  warnings: listWarnings({ machine, quick: false, load, items }),
  contestants: [],
  missing: [],
  items,
  goals: judgeGoals(items, machine),
}

describe('warnings', () => {
  const warn = (othersCores: number, quick = false) =>
    listWarnings({ machine, quick, load: { ...load, othersCores }, items })

  it('say that others took more than half of the cores', () => {
    expect(warn(1)).toEqual([])
    expect(warn(1.1)[0]).toContain('others took 1.1 of 2 cores')
    expect(warn(0, true)).toHaveLength(1)
  })

  it('name whoever of ours computes something else', () => {
    const [item] = items
    const [contest] = item?.contests ?? []
    if (item === undefined || contest === undefined) throw new Error('the fixture has a contest')
    const measurements = contest.measurements.map((each) => ({ ...each, agrees: false }))
    const wrong = [{ ...item, contests: [{ ...contest, measurements }] }]
    const warnings = listWarnings({ machine, quick: false, load: { ...load, othersCores: 0 }, items: wrong })
    expect(warnings).toEqual(['nabla native 1t computes something else: an epoch.'])
  })
})

describe('figures as Markdown', () => {
  it('have goals, ratios within rounds, warnings, and who was absent', () => {
    const text = writeMarkdown(document)
    expect(text).toContain('> **The machine was busy')
    expect(text).toContain('| an epoch | 1.00 s 1t | 2.00 (2.00 … 2.50) 2t |')
    expect(text).toMatch(/\| native an epoch .* \| 0\.50 \(0\.42 … 0\.50\) \| – \| met, busy \|/)
    expect(text).toContain('- brain.js: does not offer this: epoch (an epoch)')
    expect(text).not.toMatch(/NaN|undefined/)
  })

  it('go between the marks of a page, as often as one likes', () => {
    const marks = ['<!-- figures: written by npm run bench -- --figures -->', '<!-- /figures -->']
    const page = file('page.md', `before\n\n${marks[0]}\nold\n${marks[1]}\n\nafter\n`)
    const placed = placeFigures(page, 'new')
    expect(placed).toBe(`before\n\n${marks[0]}\n\nnew\n\n${marks[1]}\n\nafter\n`)
    writeFileSync(page, placed)
    expect(placeFigures(page, 'new')).toBe(placed)
  })

  it('refuse a page without marks, or none', () => {
    expect(() => placeFigures(file('bare.md', 'text'), 'x')).toThrow(UsageError)
    expect(() => placeFigures(join(folder, 'none.md'), 'x')).toThrow(UsageError)
  })
})

describe('the file of --json', () => {
  it('is read back as it was', () => {
    expect(readDocument(file('a.json', JSON.stringify(document)))).toEqual(JSON.parse(JSON.stringify(document)))
  })

  it.each(['', '[]', 'null', '{"schema":"nabla.bench/1","items":[]}', '{"schema":"nabla.bench/2"}'])(
    'is not %j',
    (text) => {
      expect(() => readDocument(file('b.json', text))).toThrow(UsageError)
    },
  )
})
