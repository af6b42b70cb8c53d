/** The page of a run: whole for every state of a run, never broken by what stands in it, of a bounded size. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { decode } from 'fast-png'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dataset, fitStandardise } from '../data/index.ts'
import { adam, crossEntropy, dense, mse, network } from '../network/index.ts'
import { type EpochRecord, evaluate, fit, untrainedModel } from '../training/index.ts'
import { RunFolder } from '../training/node.ts'
import { escapeHtml, html } from './html.ts'
import { describeEvaluation, type EvaluationRecord, type RunRecord, renderReport } from './index.ts'
import { readRun, saveEvaluation, writeReport } from './node.ts'

const epochs = (count: number, change: (epoch: number) => Partial<EpochRecord> = () => ({})): EpochRecord[] =>
  Array.from({ length: count }, (_, i) => ({
    epoch: i + 1,
    step: 10 * (i + 1),
    loss: 1 / (i + 1),
    accuracy: 1 - 0.5 / (i + 1),
    validationLoss: 1.1 / (i + 1),
    validationAccuracy: 1 - 0.6 / (i + 1),
    learningRate: 0.01 / (i + 1),
    seconds: 1,
    ...change(i + 1),
  }))

const evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e'
const evaluation: EvaluationRecord = {
  schema: 'nabla.evaluation/1',
  part: 'test',
  count: 30,
  loss: 0.2,
  accuracy: 0.9,
  classNames: [evil, 'b'],
  confusion: [
    [14, 1],
    [2, 13],
  ],
  mistakes: [
    { index: 3, target: evil, answer: 'b', score: 0.8, features: [{ name: evil, value: 2 }], featureCount: 9 },
  ],
}
const run: RunRecord = {
  name: evil,
  config: { data: { path: evil }, [evil]: [evil, 1, null] },
  history: epochs(20),
  summary: {
    stopped: { reason: 'patience', epoch: 20, step: 200, message: evil },
    kept: 'best',
    best: { epoch: 7, metric: 'validationLoss', value: 0.1 },
    seconds: 12,
    backend: evil,
  },
  layers: [{ name: evil, kind: evil, outputShape: [3], parameters: 6, options: evil }],
  evaluation,
  checkpointStep: undefined,
}

/** Elements in order: every opening tag has its end, and none stands where it may not. */
function checkStructure(page: string): string[] {
  const open: string[] = []
  const seen: string[] = []
  for (const [, closing, name = '', selfClosed] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (closing === '/') expect(open.pop()).toBe(name)
    else {
      seen.push(name)
      if (selfClosed !== '/' && !['meta', 'img'].includes(name)) open.push(name)
    }
  }
  expect(open).toEqual([])
  return seen
}

describe('the page', () => {
  const page = renderReport(run)

  test('is well formed, and loads and runs nothing', () => {
    const elements = checkStructure(page)
    expect(elements).not.toContain('script')
    expect(elements).not.toContain('link')
    expect(page).not.toMatch(/<[^>]*\son[a-z]+=/)
    expect(page).not.toMatch(/(src|href)="(?!data:image\/png)/)
    expect(page).not.toMatch(/url\(|@import/)
    expect(page).toContain("default-src 'none'")
    expect(page).not.toContain('\u202e')
  })

  test('says of each chart in words and as a table what it shows', () => {
    const charts = page.match(/<figure.*?<\/figure>/gs) ?? []
    expect(charts.map((chart) => /<h3>(.*?)<\/h3>/.exec(chart)?.[1])).toEqual(['Loss', 'Accuracy', 'Learning rate'])
    for (const chart of charts) {
      expect(chart).toMatch(/<svg [^>]*role="img" aria-labelledby="(\S+) (\S+)"><title|<svg [^>]*role="img"/)
      expect(chart.match(/<tr>/g)).toHaveLength(21)
      expect(chart).toMatch(/<div class="scroll" role="region" aria-labelledby="chart-\d-table" tabindex="0">/)
    }
    expect(charts[0]).toContain('training: from 1 at epoch 1 to 0.05 at epoch 20; lowest 0.05 at epoch 20')
    expect(charts[1]).toContain('<tr><th scope="row">2</th><td>75.00 %</td><td>70.00 %</td></tr>')
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, list = ''] of page.matchAll(/aria-labelledby="([^"]+)"/g)) {
      for (const id of list.split(' ')) expect(ids).toContain(id)
    }
  })

  test('has the confusion with its shares, the mistakes, the layers and the configuration', () => {
    expect(page).toContain(`<td>${((14 / 15) * 100).toFixed(2)} %</td>`)
    expect(page).toMatch(/answered <strong><bdi>b<\/bdi><\/strong>, 80.00 % sure/)
    expect(page).toContain('The first 1 of 9 features')
    expect(page).toContain('1 layers with 6 parameters'.replace('1 layers', '1 layer'))
    expect(page).toMatch(/<th scope="row">data.path<\/th>/)
    expect(page).toContain('best epoch')
  })

  test('does not grow with the number of epochs, and says that points were put together', () => {
    const long = renderReport({ ...run, history: epochs(12_000) })
    expect(long).toContain('12,000 epochs are drawn as 300 points: each is the mean of 40 epochs')
    expect(long.length).toBeLessThan(300_000)
    checkStructure(long)
  })

  test('of any history and any names is well formed', () => {
    const number = fc.oneof(
      fc.double(),
      fc.constantFrom(Number.NaN, Infinity, 0, 5e-324, 1e-300, 1.7e308, -1.7e308, -5),
    )
    const record = fc.record({ loss: number, accuracy: number, validationLoss: number, learningRate: number })
    fc.assert(
      fc.property(fc.array(record, { maxLength: 5 }), fc.string({ unit: 'binary' }), (records, text) => {
        const history = records.map((figures, i) => ({ ...figures, epoch: i + 1, step: i, seconds: 1 }))
        const markup = renderReport({ ...run, history, name: text, config: { [text]: text }, evaluation: undefined })
        checkStructure(markup)
        expect(markup).not.toMatch(/="[^"]*(NaN|Infinity)[^"]*"/)
      }),
      { numRuns: 40 },
    )
  })
})

test('text is escaped, wherever it stands', () => {
  expect(html`<b title="${'"&<>'}">${['<', html`<i>`, 1]}</b>`.markup).toBe(
    '<b title="&quot;&amp;&lt;&gt;">&lt;<i>1</b>',
  )
  expect(escapeHtml("a\u0000'\u2066")).toBe('a\ufffd&#39;\ufffd')
})

describe('a run’s folder', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nabla-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  const data = dataset({
    inputs: [
      [1, 20, 3],
      [4, 50, 7],
      [2, 10, 9],
      [8, 30, 1],
    ],
    labels: ['cat', 'dog', 'dog', 'cat'],
    inputNames: ['age', 'weight', 'legs'],
  })

  test('gives a report while it goes on, when it was killed in a line, and when it has ended', async () => {
    const directory = join(folder, 'run')
    const claimed = await RunFolder.create(directory, { data: 'pets' })
    expect(await readFile(await writeReport(directory), 'utf8')).toMatch(/Not finished.*No epoch has ended yet/s)
    const scaling = fitStandardise(data)
    const scaled = scaling.apply(data)
    const net = network({ input: [3] }, dense(2))
    const options = { loss: crossEntropy(), optimizer: adam(1e-6), epochs: 3, validation: scaled }
    const result = await fit(net, scaled, { ...options, onEpoch: claimed.recordEpoch })
    const metrics = join(directory, 'metrics.jsonl')
    const lines = await readFile(metrics, 'utf8')
    await writeFile(metrics, lines.slice(0, -20))
    const killed = await readFile(await writeReport(directory), 'utf8')
    expect(killed).toMatch(/Not finished.*2 epochs have ended.*Not saved yet/s)
    await writeFile(metrics, lines)
    const model = result.model.with({ preprocessing: scaling })
    await claimed.finish({ ...result, model })
    const found = await evaluate(result.model, scaled, { mistakes: 2 })
    await saveEvaluation(
      directory,
      await describeEvaluation(found, {
        part: 'validation',
        data: scaled,
        classNames: data.classNames,
        scaled: scaling,
      }),
    )
    const page = await readFile(await writeReport(directory), 'utf8')
    expect(page).toMatch(/Finished.*all 3 epochs are done/s)
    expect(page).toContain('1 layer with 8 parameters')
    checkStructure(page)
    const { evaluation: saved } = await readRun(directory)
    for (const { index, features } of saved?.mistakes ?? []) {
      // As they were before they were scaled.
      features?.forEach(({ value }, k) => {
        expect(value).toBeCloseTo(data.sample(index)[k] ?? 0, 4)
      })
      expect(features?.map(({ name }) => name)).toEqual(['age', 'weight', 'legs'])
    }
    expect(saved?.mistakes.length).toBeGreaterThan(0)
  })

  test.each<[string, string, string, RegExp]>([
    ['no run', 'other.txt', 'x', /E-FILE: .*one with other.txt/],
    ['broken JSON', 'summary.json', '{', /E-DATA: .*summary.json: expected JSON/],
    ['a summary of something else', 'summary.json', '{}', /E-DATA: .*summary.json: expected how the run stopped/],
    ['a record that is none', 'metrics.jsonl', '{"epoch":1,"step":1}\n[]\n', /E-DATA: .*metrics.jsonl, record 2/],
    ['another evaluation', 'evaluation.json', '[]', /E-FILE|E-DATA/],
  ])('with %s is refused', async (_, name, content, message) => {
    await writeFile(join(folder, name), content)
    await expect(writeReport(folder)).rejects.toThrow(message)
  })

  test('that somebody forged gets nothing into the page', async () => {
    await writeFile(join(folder, 'config.json'), JSON.stringify({ a: '<script>' }))
    const forged = { ...evaluation, mistakes: [{ index: 'x', target: {}, score: 'y', picture: 'javascript:alert(1)' }] }
    await writeFile(join(folder, 'evaluation.json'), JSON.stringify(forged))
    await writeFile(
      join(folder, 'network.json'),
      JSON.stringify({ network: { schema: 'nabla.network/1', input: [2], layers: [{ kind: '<b>' }] } }),
    )
    const page = await readFile(await writeReport(folder), 'utf8')
    expect(page).not.toContain('javascript:')
    expect(page).toContain('&lt;b&gt;')
    expect(checkStructure(page)).not.toContain('script')
  })
})

describe('mistakes', () => {
  const model = (inputs: number, outputs: number) => untrainedModel(network({ input: [inputs] }, dense(outputs)), 1)

  test('are the surest wrong answers, and pictures where samples are pictures', async () => {
    const inputs = Array.from({ length: 40 }, (_, i) =>
      Array.from({ length: 16 }, (_, k) => ((i * 7 + k * 3) % 11) / 10),
    )
    const labels = inputs.map((_, i) => i % 3)
    const data = dataset({ inputs, labels })
    const found = await evaluate(model(16, 3).with({ loss: crossEntropy() }), data, { mistakes: 5 })
    const all = (await evaluate(model(16, 3).with({ loss: crossEntropy() }), data, { mistakes: 40 })).mistakes ?? []
    const wrong = (found.confusion ?? []).flatMap((row, i) => row.filter((_, j) => i !== j)).reduce((a, b) => a + b, 0)
    expect(all).toHaveLength(wrong)
    expect(found.mistakes).toEqual(all.slice(0, 5))
    expect(all.map(({ score }) => score)).toEqual(all.map(({ score }) => score).sort((a, b) => b - a))
    const { mistakes } = await describeEvaluation(found, { part: 'test', data, pictures: true })
    const bytes = Buffer.from((mistakes[0]?.picture ?? '').replace(/^data:image\/png;base64,/, ''), 'base64')
    const { width, height, channels, data: pixels } = decode(bytes)
    expect({ width, height, channels }).toEqual({ width: 4, height: 4, channels: 1 })
    const expected = inputs[mistakes[0]?.index ?? 0]?.map((value) => Math.round(255 * Math.fround(value)))
    expect([...pixels]).toEqual(expected)
  })

  test('of numbers are those furthest off', async () => {
    const data = dataset({ inputs: [[1], [2], [3]], targets: [[0], [50], [-2]] })
    const found = await evaluate(model(1, 1).with({ loss: mse() }), data, { mistakes: 2 })
    expect(found.mistakes?.map(({ index }) => index)).toEqual([1, expect.any(Number)])
    const { mistakes } = await describeEvaluation(found, { part: 'test', data })
    expect(mistakes[0]).toMatchObject({ target: '50', features: [{ name: 'feature 1', value: 2 }], featureCount: 1 })
    const page = renderReport({ ...run, evaluation: { ...evaluation, confusion: undefined as never, mistakes } })
    expect(page).toMatch(/predicted .*off by .*should be .*50/s)
  })
})
