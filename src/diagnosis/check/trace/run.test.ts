/** How much of a script is recorded: enough to see its updates, and not the whole of it. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { findPython } from '../interpreter.ts'
import { runTracer } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'nabla-trace-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function traceOf(source: string) {
  const path = join(folder, 'script.py')
  writeFileSync(path, source)
  const { trace } = await runTracer(await findPython(path), { path }, 30_000)
  return trace
}

describe('a loop that trains nothing', () => {
  it('is forgotten as a whole, also where some of it was handed over before', async () => {
    const path = join(folder, 'skipped.py')
    const source = `
import random
noise = 1.0
for i in range(40):
    for j in range(60):
        noise = noise * 0.99 + noise * 0.001 * 0.5
table = 1.0
for i in range(3):
    table = table + table * 0.5
w = [0.5, -0.3]
for epoch in range(10):
    x, t = [0.1 * epoch, 0.4], 0.3
    e = sum(a * b for a, b in zip(w, x)) - t
    w = [a - 0.1 * e * b for a, b in zip(w, x)]
`
    writeFileSync(path, source)
    const python = await findPython(path)
    const first = await runTracer(python, { path, steps: 100_000 }, 30_000)
    const skip = first.trace.sites.findIndex((site) => site.kind === 'For' && site.line === 8)
    const { trace } = await runTracer(python, { path, steps: 100_000, skip: [skip] }, 30_000)
    expect(trace.error).toBeUndefined()
    expect(trace.status).toBe('finished')
    expect(trace.nodes.every((n, i) => n.args.every((a) => a < i))).toBe(true)
    expect(trace.events.every((e) => e.time <= trace.nodes.length)).toBe(true)
    const lines = new Set(trace.nodes.map((n) => trace.sites[n.site]?.line))
    expect(lines.has(14)).toBe(true)
    expect(lines.has(6)).toBe(false)
  })
})

describe('the end of a trace', () => {
  it('comes after a few updates of lists that are made anew each time', async () => {
    const trace = await traceOf(`
w = [[0.5, -0.3], [0.1, 0.2]]
data = [([0.1 * i, 0.3 - 0.1 * i], [0.2 * i, 0.1]) for i in range(4)]
for epoch in range(100):
    for x, t in data:
        y = [sum(a * b for a, b in zip(row, x)) for row in w]
        e = [p - q for p, q in zip(y, t)]
        w = [[a - 0.1 * g * b for a, b in zip(row, x)] for row, g in zip(w, e)]
`)
    expect(trace.status).toBe('enough')
    // A round of the outer loop is some 100 operations; the whole script has 100 of them.
    expect(trace.nodes.length).toBeLessThan(1500)
  })

  it('comes where much is computed and a bias alone is updated', async () => {
    const trace = await traceOf(`
w, b = [0.01 * i for i in range(50)], 0.0
data = [([0.001 * (i + j) for j in range(50)], 0.1 * i) for i in range(8)]
for epoch in range(200):
    step = 0.0
    for x, t in data:
        step += b + sum(p * q for p, q in zip(w, x)) - t
    b -= 0.1 * step
`)
    expect(trace.status).toBe('enough')
    expect(trace.nodes.length).toBeLessThan(70_000)
  })
})

describe('edits that are tried beside the script', () => {
  it('call no function that changes its objects, by whatever it calls', async () => {
    const path = join(folder, 'edited.py')
    const source = `
class Unit:
    def __init__(self, w):
        self.w, self.seen = w, 0.0
    def activate(self, x):
        self.seen = x
        return self.w * x
    def update(self, d):
        self.w -= 0.1 * d * self.seen
class Layer:
    def __init__(self):
        self.units = [Unit(0.5), Unit(-0.2)]
    def feed(self, x):
        return [u.activate(x) for u in self.units]
layer = Layer()
for epoch in range(20):
    out = layer.feed(0.7)
    for i, u in enumerate(layer.units):
        delta = out[i] - 0.3
        u.update(delta)
`
    writeFileSync(path, source)
    const probes = [{ index: 0, file: 'edited.py', span: [19, 8, 19, 28] as const, scales: [], only: [] }]
    const { trace } = await runTracer(await findPython(path), { path, probes }, 30_000)
    expect(trace.error).toBeUndefined()
    const edits = trace.probes.get(0)?.map((e) => e.text) ?? []
    expect(edits).toContain('-(out[i] - 0.3)')
    expect(edits.filter((text) => /feed|activate/.test(text))).toEqual([])
  })
})
