/** What commands print and how they end: the messages are golden, so that a change of them is seen. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encode } from 'fast-png'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { watchInterrupts } from './interrupt.ts'
import { main } from './main.ts'
import { type Place, recordingIo } from './recording-io.fixture.ts'

const home = process.cwd()
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nabla cli '))
  process.chdir(folder)
  const row = (index: number) => `${index % 3},${(index * 7) % 11},${['rose', 'tulip', 'lily'][index % 3]}`
  writeFileSync('flowers.csv', ['length,width,species', ...Array.from({ length: 60 }, (_, k) => row(k))].join('\n'))
  writeFileSync('gap.csv', 'length,species\n1,rose\n,tulip\n')
  writeFileSync('rows.csv', 'length,width\n0,0\n1,7\n')
  writeFileSync('fake.png', 'no picture')
  writeFileSync('photo.jpg', 'no picture')
  writeFileSync('image.png', encode({ width: 2, height: 2, data: new Uint8Array(4), channels: 1, depth: 8 }))
})

afterAll(() => {
  process.chdir(home)
  rmSync(folder, { recursive: true, force: true })
})

beforeEach(() => rmSync('runs', { recursive: true, force: true }))

async function nabla(line: string, place: Place = {}) {
  const recorded = recordingIo(place)
  const code = await main(line.split(' ').filter(Boolean), recorded.io)
  return { code, stdout: recorded.stdout(), stderr: recorded.stderr() }
}

/** Small and quick: the reference backend needs no compiling. */
const TRAIN = 'train flowers.csv --target species --layers 8 --epochs 2 --learning-rate 0.05 --seed 1'

describe('wrong use', () => {
  it.each([
    ['trian', 'command line', 'a command', 'unknown command "trian"', 'did you mean train?'],
    [
      'train --epoch 3',
      'command line',
      'an option that the command has',
      'unknown option "--epoch"',
      'did you mean --epochs?',
    ],
    [
      'train a b',
      'command line',
      'no more arguments than the command takes',
      'too many arguments for "train". Expected 1 argument but got 2',
      'see nabla --help, or nabla COMMAND --help.',
    ],
    [
      'evaluate',
      'command line',
      'every argument that the command needs',
      'missing required argument "run"',
      'see nabla --help, or nabla COMMAND --help.',
    ],
    [
      'train mnist --seed',
      'command line',
      'a value after the option',
      'option "--seed <count>" argument missing',
      'see nabla --help, or nabla COMMAND --help.',
    ],
  ])('%s', async (line, where, expected, received, fix) => {
    const { code, stdout, stderr } = await nabla(line)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toBe(`E-USAGE: ${where}\n  expected  ${expected}\n  received  ${received}\n  fix       ${fix}\n`)
  })

  it.each([
    [
      'train',
      'E-USAGE',
      'data',
      'what to train on: mnist, IDX files (--set data.kind=idx), an npz or npy file, a folder of pictures by class, or the path of a CSV file',
      'nothing',
      'give data, or write nabla train DATA.',
    ],
    [
      'train nmist',
      'E-NAME',
      'data (the command line)',
      'mnist, IDX files (--set data.kind=idx), an npz or npy file, a folder of pictures by class, or the path of a CSV file',
      '"nmist"',
      'did you mean mnist?',
    ],
    [
      'train flowers.csv',
      'E-USAGE',
      'data.target',
      'the column to predict: the name of a column',
      'nothing',
      'give data.target, or write --target <column>.',
    ],
    [
      'train mnist --target digit',
      'E-NAME',
      'data.target (--target)',
      'one of the options of mnist: folder',
      '"target"',
      'leave it out, or choose another data kind.',
    ],
    [
      'train mnist --clip-norm 1 --clip-value 1',
      'E-USAGE',
      'clip (--clip-norm, --clip-value)',
      'norm or value, one of them',
      'both',
      'leave one out.',
    ],
  ])('%s', async (line, errorCode, where, expected, received, fix) => {
    const { code, stdout, stderr } = await nabla(line)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toBe(
      `${errorCode}: ${where}\n  expected  ${expected}\n  received  ${received}\n  fix       ${fix}\n`,
    )
  })

  it('without arguments shows the help, and asks for one', async () => {
    const { code, stdout } = await nabla('')
    expect(code).toBe(2)
    expect(stdout).toContain('nabla train mnist')
  })
})

describe('wrong settings', () => {
  it.each([
    ['--optimizer adma', 'E-NAME', 'optimizer (--optimizer)', 'did you mean "adam"?'],
    ['--activation rleu', 'E-NAME', 'network.activation (--activation)', 'did you mean "relu"?'],
    ['--loss crossentropy', 'E-NAME', 'loss (--loss)', 'did you mean "crossEntropy"?'],
    ['--backend wsam', 'E-NAME', 'backend (--backend)', 'did you mean "wasm"?'],
    ['--backend constructor', 'E-NAME', 'backend (--backend)', 'use one of these backends.'],
    ['--scale minmax', 'E-NAME', 'scaling (--scale)', 'did you mean "minMax"?'],
    ['--learning-rate -0.1', 'E-VALUE', 'optimizer.learningRate (--learning-rate)', 'give a finite number above 0.'],
    ['--learning-rate fast', 'E-VALUE', 'optimizer.learningRate (--learning-rate)', 'give a finite number above 0.'],
    ['--layers 300,x', 'E-VALUE', 'network.hidden.1 (--layers)', 'give a whole number of 1 or more.'],
    ['--layers 0', 'E-VALUE', 'network.hidden.0 (--layers)', 'give a whole number of 1 or more.'],
    ['--batch some', 'E-VALUE', 'batchSize (--batch)', 'give how many samples a step takes, such as 128, or all.'],
    ['--epochs 2.5', 'E-VALUE', 'epochs (--epochs)', 'give a whole number of 1 or more.'],
    [
      '--validation 1',
      'E-VALUE',
      'validation (--validation)',
      'give the share of the training data to keep apart, such as 0.1, or none.',
    ],
    ['--dropout 1', 'E-VALUE', 'network.dropout (--dropout)', 'give a finite number of 0 or more and below 1.'],
    ['--seed -1', 'E-VALUE', 'seed (--seed)', 'give a whole number of 0 or more.'],
    ['--momentum 0.9', 'E-NAME', 'optimizer.momentum (--momentum)', 'leave it out, or choose another optimizer.'],
  ])('%s', async (flags, code, where, fix) => {
    const result = await nabla(`${TRAIN} ${flags} --json`)
    expect(result.code).toBe(2)
    expect(JSON.parse(result.stdout)).toMatchObject({ schema: 'nabla.error/1', code, where, fix })
    expect(readdirSync('.')).not.toContain('runs')
  })

  it('name the variable or the file that they came from', async () => {
    writeFileSync('settings.json', '{"epochs": 0}')
    writeFileSync('misspelt.json', '{"epoch": 1}')
    const where = async (line: string, env = {}) => JSON.parse((await nabla(`${line} --json`, { env })).stdout)
    expect(await where('train mnist', { NABLA_EPOCHS: 'many' })).toMatchObject({ where: 'epochs (NABLA_EPOCHS)' })
    expect(await where('train mnist --config settings.json')).toMatchObject({ where: 'epochs (settings.json)' })
    expect(await where('train mnist --config misspelt.json')).toMatchObject({ fix: 'did you mean "epochs"?' })
    expect(await where('train mnist --config gap.csv')).toMatchObject({ code: 'E-FILE', expected: 'a JSON object' })
  })
})

describe('wrong files', () => {
  it.each([
    ['train nowhere.csv --target a', 'E-FILE', 'nowhere.csv'],
    ['train gap.csv --target species', 'E-DATA', 'gap.csv, line 3'],
    ['train fake.png --target a', 'E-NAME', 'data (the command line)'],
    ['train flowers.csv --target spices', 'E-NAME', 'flowers.csv'],
    ['evaluate nowhere', 'E-FILE', 'nowhere/config.json'],
    ['summary .', 'E-FILE', 'config.json'],
  ])('%s', async (line, code, where) => {
    const result = await nabla(`${line} --json`)
    expect(result.code).toBe(2)
    expect(JSON.parse(result.stdout)).toMatchObject({ code, where: expect.stringContaining(where) })
  })

  it('to predict from say what they are not', async () => {
    await nabla(`${TRAIN} --out runs/a`)
    const error = async (file: string) => JSON.parse((await nabla(`predict runs/a ${file} --json`)).stdout)
    expect(await error('fake.png')).toMatchObject({ code: 'E-DATA', where: expect.stringContaining('fake.png') })
    expect(await error('photo.jpg')).toMatchObject({ code: 'E-DATA', fix: 'save the picture as PNG or JPEG.' })
    expect(await error('image.png')).toMatchObject({ code: 'E-SHAPE' })
    expect(await error('gap.csv')).toMatchObject({ code: 'E-NAME' })
    expect(await error('nowhere.csv')).toMatchObject({ code: 'E-FILE' })
  })

  it('in the way are left alone', async () => {
    mkdirSync('runs/mine', { recursive: true })
    writeFileSync('runs/mine/thesis.txt', 'years of work')
    const { code, stderr } = await nabla(`${TRAIN} --out runs/mine --quiet`)
    expect(code).toBe(2)
    expect(stderr).toContain('E-FILE: runs/mine\n')
    expect(readdirSync('runs/mine')).toEqual(['thesis.txt'])
  })
})

describe('a run', () => {
  it('is reported, saved, and used again', async () => {
    const { code, stdout, stderr } = await nabla(`${TRAIN} --epochs 30 --out runs/a`)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^validation accuracy \d+\.\d\d % on 6 samples \(loss [\d.e-]+\)\n/)
    expect(stdout).toMatch(/model saved in runs\/a\n$/)
    expect(stderr).toContain(
      'flowers: 60 samples (6 of them kept apart for validation)\nnetwork 2-8-3: 51 parameters\n',
    )
    expect(stderr.match(/^epoch .*$/gm)).toHaveLength(30)
    expect((await nabla('evaluate runs/a --data flowers.csv')).stdout).toMatch(/^test accuracy \d/)
    expect((await nabla('predict runs/a rows.csv')).stdout).toMatch(/^1 {2}\w+ +\d+\.\d\d %\n2 {2}/)
    expect((await nabla('summary runs/a')).stdout).toContain('51 parameters')
    expect((await nabla('plan runs/a')).stdout).toMatch(/^\d+ kernels, /)
    expect((await nabla('plan runs/a --graph --batch 4')).stdout).toContain('float [4, 8] = matmul(')
    expect((await nabla('plan runs/a --code c')).stdout).toMatch(
      /^#define LANES .*static void kernel0\(.*int nabla_run\(/s,
    )
    const wat = (await nabla('plan runs/a --code wat --threads 1 --program prediction')).stdout
    expect(wat).toMatch(/^\(module\n.*;; contract .*f32x4\.(relaxed_madd|mul).*\(export "run" \(func \d+\)\)\)\n$/s)
  })

  it('as JSON is one document, with every figure of every epoch', async () => {
    const { code, stdout } = await nabla(`${TRAIN} --json --out runs/a`)
    expect(code).toBe(0)
    const document = JSON.parse(stdout)
    expect(document).toMatchObject({
      schema: 'nabla.train/1',
      samples: { train: 54, validation: 6, test: 0 },
      experiment: { network: { hidden: [8] }, optimizer: { name: 'adam', learningRate: 0.05 } },
      stopped: { reason: 'epochs' },
      validation: { count: 6 },
      test: null,
      classNames: ['lily', 'rose', 'tulip'],
      run: 'runs/a',
      model: 'runs/a/model.safetensors',
    })
    const figures = ['epoch', 'loss', 'accuracy', 'validationLoss', 'validationAccuracy', 'seconds']
    for (const epoch of document.epochs) for (const figure of figures) expect(epoch[figure]).toBeTypeOf('number')
    const others = ['evaluate runs/a --data flowers.csv', 'predict runs/a rows.csv', 'summary runs/a', 'plan runs/a']
    for (const line of others) {
      const { schema } = JSON.parse((await nabla(`${line} --json`)).stdout)
      expect(schema).toBe(`nabla.${line.split(' ')[0]}/1`)
    }
  })

  it('is silent but for its result with --quiet', async () => {
    const { stdout, stderr } = await nabla(`${TRAIN} --quiet`)
    expect(stderr).toBe('')
    expect(stdout).toContain('model saved in runs/flowers-1')
  })

  it('takes flags before variables before a file, and the file of an earlier run', async () => {
    await nabla(`${TRAIN} --batch 7 --out runs/a`)
    const line = 'train --config runs/a/config.json --epochs 3 --out runs/b'
    expect((await nabla(line, { env: { NABLA_EPOCHS: '4', NABLA_L2: '0.01' } })).code).toBe(0)
    const { experiment } = JSON.parse(readFileSync('runs/b/config.json', 'utf8'))
    const data = { kind: 'csv', path: 'flowers.csv', target: 'species' }
    expect(experiment).toMatchObject({ data, batchSize: 7, epochs: 3, regularizer: { l2: 0.01 } })
  })

  it('with the same seed gives the same bits', async () => {
    await nabla(`${TRAIN} --out runs/a`)
    await nabla(`${TRAIN} --out runs/b`)
    const [a, b] = ['a', 'b'].map((name) => readFileSync(`runs/${name}/model.safetensors`))
    expect(a?.equals(b ?? Buffer.alloc(0))).toBe(true)
  })

  it('that diverges ends with 1, says how, and keeps what was good', async () => {
    const { code, stderr } = await nabla(`${TRAIN} --optimizer sgd --learning-rate 1e30 --out runs/a`)
    expect(code).toBe(1)
    expect(stderr).toMatch(/E-DIVERGED: step \d+ \(epoch \d+\), /)
    expect(stderr).toContain('the last good parameters are in runs/a.')
    expect(readdirSync('runs/a')).toContain('model.safetensors')
  })

  it('that is refused leaves no folder behind', async () => {
    expect((await nabla(`${TRAIN} --loss mse --out runs/a`)).code).toBe(2)
    expect(readdirSync('.')).not.toContain('runs')
  })
})

describe('Ctrl-C', () => {
  it('saves what was learnt and ends with 130', async () => {
    const recorded = recordingIo()
    const ended = main(`${TRAIN} --epochs 100000 --out runs/a`.split(' '), recorded.io)
    while (!recorded.stderr().includes('epoch ')) await new Promise((resolve) => setTimeout(resolve, 5))
    recorded.interrupt()
    expect(await ended).toBe(130)
    expect(recorded.stderr()).toMatch(/Interrupted (in|after) epoch \d+; .*the best so far/)
    expect(recorded.stdout()).toBe('model saved in runs/a\n')
    expect(recorded.exits).toEqual([])
    expect((await nabla('summary runs/a')).code).toBe(0)
  })

  it('before the first step leaves nothing behind', async () => {
    const recorded = recordingIo()
    const ended = main(`${TRAIN} --out runs/a`.split(' '), recorded.io)
    recorded.interrupt()
    expect(await ended).toBe(130)
    expect(readdirSync('.')).not.toContain('runs')
  })

  it('a second time ends at once, unless it is the first one passed on', () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const recorded = recordingIo()
    const told = vi.fn()
    const interruption = watchInterrupts(recorded.io, told)
    recorded.interrupt()
    recorded.interrupt()
    expect([interruption.happened, told.mock.calls.length, recorded.exits]).toEqual([true, 1, []])
    vi.advanceTimersByTime(1000)
    recorded.interrupt()
    expect(recorded.exits).toEqual([130])
    interruption.release()
    recorded.interrupt()
    expect(recorded.exits).toEqual([130])
    vi.useRealTimers()
  })
})

describe('colours', () => {
  const bold = '\u001b[1m'
  const title = async (place: Place) => (await nabla('train --help', place)).stdout.includes(bold)

  it('are for terminals, where nothing else is said', async () => {
    expect(await title({})).toBe(false)
    expect(await title({ isTTY: true })).toBe(true)
    expect(await title({ isTTY: true, env: { NO_COLOR: '1' } })).toBe(false)
    expect(await title({ env: { FORCE_COLOR: '1' } })).toBe(true)
    expect(await title({ isTTY: true, env: { TERM: 'dumb' } })).toBe(false)
  })

  it('leave messages within a narrow terminal', async () => {
    const { stderr } = await nabla('train mnist --optimizer adma', { isTTY: true, columns: 40, env: { NO_COLOR: '1' } })
    expect(Math.max(...stderr.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(40)
  })
})
