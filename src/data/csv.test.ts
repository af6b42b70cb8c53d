import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NablaError } from '../shared/index.ts'
import { decodeText, parseCsvText } from './csv-text.ts'
import { type CsvOptions, csvDataset } from './index.ts'
import { readCsvDataset } from './node.ts'

const PEOPLE = `age,city,height,sex
31,Bonn,1.80,m
44,Köln,1.65,f
28,Bonn,1.72,f
39,"Ulm, Neu",1.90,m
`

const read = (text: string, options: CsvOptions = {}) => csvDataset(text, 'd.csv', options)
const rows = (text: string) => parseCsvText(text, 'd.csv').rows.map(({ cells }) => cells)

describe('rows', () => {
  it.each([
    [
      'a,b\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      '\ufeffa,b\r\n1,2\r\n\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a;b\n1,5;2',
      [
        ['a', 'b'],
        ['1,5', '2'],
      ],
    ],
    [
      'a\tb\n1\t2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\n"x, ""y""\nz" , 2\n',
      [
        ['a', 'b'],
        ['x, "y"\nz', '2'],
      ],
    ],
    [
      'a,b\n1,',
      [
        ['a', 'b'],
        ['1', ''],
      ],
    ],
    [
      'a,b\n,\n',
      [
        ['a', 'b'],
        ['', ''],
      ],
    ],
    ['a\n1\n\n2', [['a'], ['1'], ['2']]],
    ['a\n""\n', [['a'], ['']]],
  ])('%j', (text, expected) => {
    expect(rows(text)).toEqual(expected)
  })

  it('are what was written, whatever the cells hold', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r', '\t', ' ', 'é') })
    const table = fc.integer({ min: 2, max: 4 }).chain((width) => {
      return fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 })
    })
    fc.assert(
      fc.property(table, fc.constantFrom('\n', '\r\n'), (cells, end) => {
        const text = cells.map((row) => row.map((c) => `"${c.replaceAll('"', '""')}"`).join(',')).join(end)
        expect(parseCsvText(text, 'd.csv', ',').rows.map((row) => row.cells)).toEqual(cells)
      }),
    )
  })

  it('never fail but with a NablaError', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('1', 'x', '"', ',', ';', '\n', '\r', ' ') }), (text) => {
        try {
          read(text)
        } catch (error) {
          expect(error).toBeInstanceOf(NablaError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('csvDataset', () => {
  it('guesses types, encodes categories, and says so', () => {
    const { data, schema, notes } = read(PEOPLE, { target: 'sex' })
    expect(data.inputNames).toEqual(['age', 'city=Bonn', 'city=Köln', 'city=Ulm, Neu', 'height'])
    expect([...data.sample(3)]).toEqual([39, 0, 0, 1, Math.fround(1.9)])
    expect(data.classNames).toEqual(['f', 'm'])
    expect([...data.classCounts()]).toEqual([2, 2])
    expect(notes).toEqual([
      'The first row names the columns.',
      '"age" (input): numeric.',
      '"city" (input): 3 categories.',
      '"height" (input): numeric.',
      '"sex" (target): 2 classes.',
    ])
    expect(schema.target).toEqual({ name: 'sex', kind: 'categorical', categories: ['f', 'm'] })
  })

  it('takes the target by position, and numbers as values or as classes', () => {
    expect(read(PEOPLE, { target: 2 }).data.targetShape).toEqual([1])
    expect(read('1,0\n2,1\n3,0\n4,1', { target: -1 }).data.classNames).toEqual(['0', '1'])
    expect(read('x,y\n1,10\n2,2\n3,10\n4,2', { target: 'y' }).data.classNames).toEqual(['2', '10'])
    const asValues = read('x,y\n1,0\n2,1\n3,0\n4,1', { target: 'y', types: { y: 'numeric' } })
    expect(asValues.data.targets).toMatchObject({ kind: 'values', values: Float32Array.of(0, 1, 0, 1) })
    expect(read('x,y\n1,0\n2,1', { target: 'y' }).data.targets?.kind).toBe('values')
    expect(read(PEOPLE, { ignore: ['city', 'sex'] }).data.inputNames).toEqual(['age', 'height'])
  })

  it('encodes another file by the schema of the first', () => {
    const { schema } = read(PEOPLE, { target: 'sex' })
    const saved = JSON.parse(JSON.stringify(schema))
    const { data } = read('height,city,age\n1.5,Köln,20\n', { schema: saved })
    expect([...data.sample(0)]).toEqual([20, 0, 1, 0, 1.5])
    expect(data.targets).toBeUndefined()
    const labelled = read('sex,height,city,age\nm,1.5,Köln,20\n', { schema: saved }).data
    expect(labelled.targets).toMatchObject({ labels: Int32Array.of(1), classNames: ['f', 'm'] })
    expect(() => read('height,city,age\n1.5,Trier,20\n', { schema: saved })).toThrow(
      /d\.csv, line 2, column 2 \("city"\): expected one of "Bonn", "Köln", "Ulm, Neu", received "Trier"/,
    )
    expect(() => read('height,town,age\n1.5,Bonn,20\n', { schema: saved })).toThrow(/E-NAME: d\.csv.*"city"/)
  })

  it('leaves rows out only when told', () => {
    const gaps = 'a,b\n1,2\n3,NA\n,5\n6,7\n'
    expect(() => read(gaps)).toThrow(/line 3, column 2 \("b"\): expected a value, received "NA" \(2 of 4 rows/)
    const { data, notes } = read(gaps, { missing: 'drop' })
    expect([...data.inputs]).toEqual([1, 2, 6, 7])
    expect(notes).toContain('2 of 4 rows lack a value and were left out.')
    expect(read(gaps, { ignore: ['b'], missing: 'drop' }).data.count).toBe(3)
    expect(() => read('a,b\n1,\n', { missing: 'drop' })).toThrow(/a row with all its values/)
  })

  it.each([
    ['', {}, /E-DATA: d\.csv: expected at least one row, received none/],
    ['a,b\n', {}, /at least one row of data, received only a header/],
    ['a,b\n1,2\n3\n', {}, /d\.csv, line 3: expected 2 cells, as in line 1, received 1/],
    ['a,b\n"x\ny",2\n3\n', {}, /d\.csv, line 4: expected 2 cells/],
    ['a,b\n1,"2\n3', {}, /d\.csv, line 2: expected a closing quote/],
    ['a,b\n1,"2"3\n', {}, /line 2: expected a delimiter or a line break after a closing quote, received "3/],
    ['a,a\n1,2\n', {}, /E-NAME: d\.csv, line 1, column 2: .*"a" twice/],
    ['a,b\n1,2\n3,4x\n5,6\n', {}, /line 3, column 2 \("b"\): expected a number, as in 2 of 3 rows, received "4x"/],
    ['a;b\n1,5;2\n2,5;3\n', {}, /line 2, column 1 \("a"\): expected a number with a decimal point, received "1,5"/],
    ['a,b\n1,1e300\n', {}, /E-NAN: d\.csv, line 2, column 2 \("b"\)/],
    ['a,b\n1,2\n', { target: 'B' }, /E-NAME.*\n.*did you mean "b"/],
    ['a,b\n1,2\n', { target: 2 }, /E-NAME: d\.csv: target: expected a column from 0 to 1/],
    ['a,b\n1,2\n', { ignore: ['c'] }, /E-NAME/],
    ['a\n1\n2\n', { target: 'a' }, /expected at least one input column/],
    ['a,b\n1,x\n', { types: { b: 'numeric' } }, /line 2, column 2 \("b"\): expected a number, received "x"/],
    ['a,b\n1,2\n', { delimiter: '""' }, /E-VALUE: d\.csv: delimiter/],
    [
      `a,b\n${Array.from({ length: 101 }, (_, k) => `${k},id${k}`).join('\n')}`,
      {},
      /at most 100 categories, received more than 100/,
    ],
  ] as [string, CsvOptions, RegExp][])('names line and column: %j', (text, options, message) => {
    expect(() => read(text, options)).toThrow(message)
    expect(() => read(text, options)).toThrow(NablaError)
  })
})

describe('files', () => {
  it('are read by path and named in errors', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nabla-csv-'))
    try {
      const path = join(folder, 'people.csv')
      await writeFile(path, PEOPLE)
      expect((await readCsvDataset(path, { target: 'height' })).data.count).toBe(4)
      await writeFile(path, Buffer.from('\ufeffa,b\n1,2', 'utf16le'))
      await expect(readCsvDataset(path)).rejects.toThrow(/people\.csv, byte 0: expected UTF-8 text, received UTF-16/)
      await expect(readCsvDataset(join(folder, 'none.csv'))).rejects.toThrow(/E-FILE/)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('are refused where they are no text', () => {
    expect(() => decodeText(Uint8Array.of(0x61, 0xff), 'd.csv')).toThrow(/E-DATA: d\.csv, byte 1: expected UTF-8 text/)
  })
})
