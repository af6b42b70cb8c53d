/** Scripts that can't be analysed end with a word and a line; odd ones that can are. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { type CheckOptions, check } from './index.ts'

vi.setConfig({ maxConcurrency: 2 })

const folder = mkdtempSync(join(tmpdir(), 'nabla-odd-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let count = 0
/** Checks the first of these files, written into a folder of their own. */
function checkFiles(files: Record<string, string | Uint8Array>, options: CheckOptions = {}) {
  const place = join(folder, String(count++))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(place, name)), { recursive: true })
    writeFileSync(join(place, name), text)
  }
  return check(join(place, Object.keys(files)[0] ?? ''), { timeoutSeconds: 30, ...options })
}

/** Logistic regression; `sign` of its update, and lines for each round of its loop. */
const network = (sign = '-', inLoop = '', head = 'import numpy as np') => `${head}
np.random.seed(1)
X = np.random.randn(20, 3)
Y = (X[:, :1] > 0) * 1.0
W = np.random.randn(3, 1)
for i in range(60):
    A = 1 / (1 + np.exp(-X.dot(W)))
    loss = np.mean((A - Y) ** 2)
    print(i, loss)
    W ${sign}= 0.5 * X.T.dot(2 * (A - Y) * A * (1 - A)) / len(X)
${inLoop}`

const cell = (...lines: string[]) => ({ cell_type: 'code', source: lines.map((line) => `${line}\n`) })
const book = (cells: unknown[], language = 'python') =>
  JSON.stringify({ cells, metadata: { kernelspec: { language } }, nbformat: 4 })

const REFUSED: readonly [string, string | Uint8Array, RegExp, CheckOptions?][] = [
  ['a syntax error', 'x = 1\ny = (\n', /^line 2: SyntaxError/],
  ['Python 2', 'print "x"\n', /^line 1: .*Python 2/],
  ['tabs and spaces mixed', 'if 1:\n\tx = 1\n        y = 2\n', /^line 3: TabError/],
  ['an empty file', '', /empty/],
  ['a binary file', Uint8Array.of(1, 0, 2, 0), /binary/],
  ['another encoding', Uint8Array.from(Buffer.from('a = 1\nx = "é"\n', 'latin1')), /^line 2: byte 0xe9 is not utf-8/],
  ['no training loop', 'x = 1.5\nprint(x * 2)\n', /no training loop/],
  [
    'a training that is never started',
    'x = 1\ndef train():\n    pass\n',
    /no training loop.*train \(line 2\) is never called/,
  ],
  ['an exception', 'def f(x):\n    return 1 / x\n\n\nf(0)\n', /^line 2: the script raised ZeroDivisionError/],
  ['recursion without end', 'def f(n):\n    return f(n + 1)\n\n\nf(0)\n', /^line 2: .*RecursionError/],
  ['a question', 'x = 1\nname = input("name? ")\n', /^line 2: input\(\) waits/],
  ['a process', 'import subprocess\nsubprocess.run(["ls"])\n', /^line 2: .*start a process/],
  ['a fork', 'import os\nos.fork()\n', /^line 2: .*fork/],
  ['a thread', 'from threading import Thread\nThread(target=print).start()\n', /^line 2: .*thread/],
  ['memory without end', 'x = [0] * 1000\nwhile True:\n    x = x * 10\n', /^line 3: .*memory/],
  ['os._exit', 'import os\nos._exit(3)\n', /ended itself with status 3/],
  ['sys.exit', 'import sys\nsys.exit("no data")\n', /ended itself .*: no data/],
  [
    'arguments that are missing',
    'import argparse\np = argparse.ArgumentParser()\np.add_argument("lr")\np.parse_args()\n',
    /required: lr.*after --/s,
  ],
  ['a crash', 'import ctypes\nctypes.string_at(0)\n', /ended unexpectedly \(SIGSEGV\)/],
  ['a loop without end', 'while True:\n    pass\n', /stopped after 1.5 s/, { timeoutSeconds: 1.5 }],
  ['printing without end', 'line = "x" * 100_000\nwhile True:\n    print(line)\n', /printed more than 64 MB/],
  ['a library that is missing', 'import math\nimport no_such_library\n', /^line 2: .*no_such_library/],
  [
    'a library that computes',
    'try:\n    import no_such\nexcept ImportError:\n    import cupy as np\n',
    /^line 4: .*cupy/,
  ],
]

describe.concurrent('check refuses with a word', () => {
  for (const [name, text, reason, options] of REFUSED)
    it(name, async () => {
      const result = await checkFiles({ 'net.py': text }, options)
      expect(result).toMatchObject({ verdict: 'unsupported', findings: [] })
      expect(result.reason).toMatch(reason)
    })

  it('an error in a file beside the script, with the way there', async () => {
    const result = await checkFiles({
      'main.py': 'import model\nmodel.run()\n',
      'model.py': 'def run():\n    boom()\n',
    })
    expect(result.reason).toMatch(/^model\.py, line 2: the script raised NameError/)
    expect(result.traceback.map((f) => [f.file, f.line])).toEqual([
      ['main.py', 2],
      ['model.py', 2],
    ])
  })

  it('a notebook in another language, and one that is none', async () => {
    expect((await checkFiles({ 'a.ipynb': book([cell('x <- 1')], 'R') })).reason).toMatch(/in R/)
    expect((await checkFiles({ 'a.ipynb': '{"cells": 3' })).reason).toMatch(/not a notebook/)
  })

  it('a folder, and a Python that is not there', async () => {
    await expect(check(folder)).rejects.toMatchObject({ code: 'E-FILE', received: 'a folder' })
    await expect(checkFiles({ 'a.py': 'x = 1' }, { python: '/no/python' })).rejects.toMatchObject({
      code: 'E-ENVIRONMENT',
    })
  })

  it('a script whose check was given up', async () => {
    const signal = AbortSignal.timeout(600)
    await expect(checkFiles({ 'a.py': 'while True: pass' }, { signal })).rejects.toMatchObject({ name: 'TimeoutError' })
  })
})

describe.concurrent('check follows', () => {
  it('a notebook, with its lines counted by cell', async () => {
    const [first, ...rest] = network('+').split('\nX = ')
    const cells = [
      { cell_type: 'markdown', source: ['# A network'] },
      cell('%matplotlib inline', ...(first ?? '').split('\n'), '!pip install numpy', 'np.dot?'),
      cell('%%bash', 'rm -rf nothing'),
      cell('%%time', `X = ${rest.join('')}`),
    ]
    const { findings } = await checkFiles({ 'a.ipynb': book(cells) })
    expect(findings).toMatchObject([{ file: 'a.ipynb', cell: 3, line: 9, kind: 'sign' }])
    expect(findings[0]?.frame?.lines.at(-1)).toContain('W += 0.5')
  })

  it('the file that the network is in', async () => {
    const text = network('+').replaceAll(/^/gm, '    ')
    const files = {
      'main.py': 'from parts.model import train\nif __name__ == "__main__":\n    train()\n',
      'parts/__init__.py': '',
      'parts/model.py': `def train():\n${text}\n`,
    }
    const { findings } = await checkFiles(files)
    expect(findings).toMatchObject([{ file: 'parts/model.py', line: 11, kind: 'sign' }])
  })

  it('plots and progress bars that are not there', async () => {
    const head = [
      'import numpy as np',
      'import matplotlib.pyplot as plt, seaborn as sns',
      'from tqdm import tqdm',
      'fig, axes = plt.subplots(2, 2)',
      'for ax in axes.flat: ax.set_title("x")',
      'line, = axes[0, 1].plot([1, 2])',
      'counts, bins, patches = plt.hist([1, 2])',
      'low, high = plt.ylim()',
    ]
    const text = network('-', '    plt.plot(i, high * 1.1)\nplt.show()\n', head.join('\n')).replace(
      'range(60)',
      'tqdm(range(60))',
    )
    expect(await checkFiles({ 'net.py': text })).toMatchObject({ verdict: 'clean' })
  })

  it('data beside the script, arguments, and a long making of data', async () => {
    const head = [
      'import sys',
      'import numpy as np',
      'rate = float(sys.argv[1])',
      'made = []',
      'for i in range(70000):',
      '    made.append(i * 0.5 / 255.0)',
      'np.loadtxt("data.csv")',
    ]
    const text = network('-', '', head.join('\n')).replace('0.5 * X', 'rate * X')
    const result = await checkFiles({ 'net.py': text, 'data.csv': '1 2\n' }, { args: ['0.25'] })
    expect(result).toMatchObject({ verdict: 'clean', reason: null })
  })

  it('what was seen before an error', async () => {
    const text = network('-', '    if i == 3: raise ValueError("late")\n')
    const result = await checkFiles({ 'net.py': text })
    expect(result.verdict).toBe('clean')
    expect(result.notes.join()).toMatch(/line 11: the script raised ValueError: late/)
  })
})
