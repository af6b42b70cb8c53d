/** From the command line: pictures by class, NumPy's files, streams; each trained, tested, asked and reported. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encode as encodePng } from 'fast-png'
import { encode as encodeJpeg } from 'jpeg-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeNpy, encodeNpz } from '../formats/index.ts'
import { RandomStream } from '../shared/index.ts'
import { main } from './main.ts'
import { recordingIo } from './recording-io.fixture.ts'

const home = process.cwd()
let folder = ''
const random = new RandomStream(2, 0)

/** A picture of 6 × 4 in one colour, more red or more green. */
function picture(isRed: boolean, index: number): [name: string, bytes: Uint8Array] {
  const strong = 150 + random.below(100)
  const weak = random.below(100)
  const [width, height] = [6, 4]
  const pixel = [isRed ? strong : weak, isRed ? weak : strong, 40, 255]
  const data = Uint8Array.from({ length: width * height * 4 }, (_, i) => pixel[i % 4] ?? 0)
  if (index % 2 === 0) return [`${index}.png`, encodePng({ width, height, data, channels: 4, depth: 8 })]
  return [`${index}.jpg`, new Uint8Array(encodeJpeg({ width, height, data }, 95).data)]
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nabla-data-'))
  process.chdir(folder)
  for (const [set, count] of [
    ['train', 20],
    ['test', 4],
  ] as const) {
    for (const name of ['green', 'red']) {
      mkdirSync(join('pictures', set, name), { recursive: true })
      // Pictures in the wrong folder, to be mistaken.
      mkdirSync(join('swapped', name), { recursive: true })
      writeFileSync(join('swapped', name, '0.png'), picture(name !== 'red', 0)[1])
      for (let i = 0; i < count; i++) {
        const [file, bytes] = picture(name === 'red', i)
        writeFileSync(join('pictures', set, name, file), bytes)
      }
    }
  }
  const X = Float32Array.from({ length: 60 * 2 }, () => random.normal())
  const y = BigInt64Array.from({ length: 60 }, (_, i) => BigInt((X[2 * i] ?? 0) > 0 ? 1 : 0))
  const arrays = [
    { name: 'X', dtype: 'F32', shape: [60, 2], data: X },
    { name: 'y', dtype: 'I64', shape: [60], data: y },
  ] as const
  writeFileSync('stored.npz', await encodeNpz(arrays, { compress: false }))
  writeFileSync('packed.npz', await encodeNpz(arrays))
  writeFileSync('x.npy', encodeNpy(arrays[0]))
  writeFileSync('y.npy', encodeNpy(arrays[1]))
  const lines = Array.from({ length: 60 }, (_, i) => `${X[2 * i]},${X[2 * i + 1]},${y[i] === 1n ? 'up' : 'down'}`)
  writeFileSync('table.csv', `a,b,way\n${lines.join('\n')}\n`)
})
afterAll(() => {
  process.chdir(home)
  rmSync(folder, { recursive: true, force: true })
})

async function nabla(line: string) {
  const recorded = recordingIo({})
  const code = await main(line.split(' ').filter(Boolean), recorded.io)
  return { code, stdout: recorded.stdout(), stderr: recorded.stderr() }
}
const trained = async (line: string) => {
  const { code, stdout, stderr } = await nabla(`train ${line} --learning-rate 0.05 --batch 8 --seed 1 --json --quiet`)
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const { epochs, test } = JSON.parse(stdout)
  return { test, losses: epochs.map(({ loss }: { loss: number }) => loss) as number[] }
}

describe('pictures by class', () => {
  it('are trained on, tested on, asked about and reported', async () => {
    const { test } = await trained('pictures/train --test pictures/test --layers 4 --epochs 8 --out runs/colours')
    expect(test).toMatchObject({
      count: 8,
      accuracy: 1,
      confusion: [
        [4, 0],
        [0, 4],
      ],
    })
    const { stdout } = await nabla('predict runs/colours pictures/test/red/1.jpg --json')
    expect(JSON.parse(stdout).predictions[0].class).toBe('red')
    expect((await nabla('evaluate runs/colours --data pictures/test')).stdout).toContain('100.00 % on 8 images')
    const report = readFileSync('runs/colours/report.html', 'utf8')
    expect(report).toMatch(/8 test samples.*No sample was answered wrong/s)
    rmSync('runs/colours/report.html')
    const again = await nabla('report runs/colours')
    expect(again).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/report written to runs.colours.report.html/),
    })
    expect(readFileSync('runs/colours/report.html', 'utf8')).toBe(report)
  })

  it('streamed, give the losses that they give in memory', async () => {
    const options = 'pictures/train --layers 4 --epochs 3 --set data.size=2,3 --set data.channels=1'
    const memory = await trained(options)
    expect(await trained(`${options} --set data.stream=true`)).toEqual(memory)
  })

  it('show in the report what was answered wrong', async () => {
    const { test } = await trained('pictures/train --test swapped --layers 4 --epochs 8 --out runs/wrong')
    expect(test.accuracy).toBe(0)
    const report = readFileSync('runs/wrong/report.html', 'utf8')
    expect(report.match(/<img src="data:image\/png;base64,[^"]+" alt="The picture of sample [01]">/g)).toHaveLength(2)
  })
})

describe("NumPy's files", () => {
  it('stored, packed, apart and streamed: the same losses', async () => {
    const stored = await trained('stored.npz --epochs 2')
    expect(await trained('packed.npz --epochs 2')).toEqual(stored)
    expect(await trained('x.npy --epochs 2')).toEqual(stored)
    expect(await trained('stored.npz --epochs 2 --set data.stream=true')).toEqual({
      ...stored,
      losses: stored.losses.map((loss) => expect.closeTo(loss, 5)),
    })
    expect((await trained('stored.npz --test stored.npz --epochs 20')).test.accuracy).toBeGreaterThan(0.9)
  })

  it.each([
    ['packed.npz --set data.stream=true', 'E-UNSUPPORTED: packed.npz'],
    ['stored.npz --target z', 'E-NAME: data.path (the command line), stored.npz, target'],
    ['y.npy', 'E-USAGE: y.npy'],
    ['nowhere.npz', 'E-FILE: data.path (the command line), nowhere.npz'],
    ['pictures', 'E-DATA: pictures'],
  ])('%s is refused', async (what, problem) => {
    const { code, stderr } = await nabla(`train ${what} --quiet`)
    expect(code).toBeGreaterThan(0)
    expect(stderr).toContain(problem)
  })
})

it('a CSV file is streamed, tested and asked as one in memory', async () => {
  const options = 'table.csv --target way --test table.csv --epochs 20'
  const { test } = await trained(`${options} --set data.stream=true --set data.shuffleBuffer=16 --out runs/table`)
  expect(test.accuracy).toBeGreaterThan(0.9)
  expect((await nabla('predict runs/table table.csv')).stdout.trim().split('\n')).toHaveLength(60)
})
