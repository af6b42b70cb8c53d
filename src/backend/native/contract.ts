/**
 * Writes contractions: C[m, n] = Σ_k A[m, k]·B[k, n], with the kernel's body as epilogue.
 *
 * A tile of C is summed in registers; operands whose elements lie far apart are copied into panels that the inner
 * loop reads in order. k is cut into blocks whose panel of B fits the first-level cache; between blocks the sums rest
 * in scratch. Each thread computes rows or columns of its own and makes its own copies, so that none waits for
 * another. An element's products are always added in the order of k: its bits do not depend on the tile it falls into.
 */

import type { ContractKernel, Factor } from '../../plan/index.ts'
import { lowerBody } from '../lowering/body.ts'
import { writeDots } from './dots.ts'
import { bufferName, coordinateName, type KernelContext, type Place, PointWriter } from './point.ts'
import type { TileShape } from './tile.ts'
import { contractScratch, type Tiling, tilingOf } from './tiling.ts'

export interface ContractContext extends KernelContext {
  /** The name of the function of a tile, written when it is first asked for. */
  readonly tile: (shape: TileShape) => string
}

/** Writes the body of `kernel(c, t, T)`. */
export function writeContract(context: ContractContext, kernel: ContractKernel): void {
  if (!kernel.domain.includes(0)) new ContractWriter(context, kernel).write()
}

/** A contraction while its code is written. */
export interface Contraction {
  readonly context: ContractContext
  readonly kernel: ContractKernel
  readonly tiling: Tiling
  readonly rank: number
  /** Writes the body at `lanes` points along an axis, whose sums lie from `sum` on. */
  readonly point: (laneAxis: number, lanes: number, sum: string) => void
}

class ContractWriter implements Contraction {
  readonly context: ContractContext
  readonly kernel: ContractKernel
  readonly tiling: Tiling
  readonly rank: number
  private readonly points: PointWriter

  constructor(context: ContractContext, kernel: ContractKernel) {
    this.context = context
    this.kernel = kernel
    this.tiling = tilingOf(kernel, context.lanes)
    this.points = new PointWriter(context, lowerBody(kernel.body).body)
    this.rank = kernel.domain.length
  }

  write(): void {
    const { code, lanes } = this.context
    const { right, left, end } = contractScratch(this.kernel, lanes)
    this.points.hoist()
    if (end > 0) code.line('float *const right = scratchOf(c, t);')
    if (left > right) code.line(`float *const left = right + ${right};`)
    if (end > left) code.line(`float *const partial = right + ${left};`)
    this.overBatch(0)
  }

  private overBatch(axis: number): void {
    const { code } = this.context
    if (axis < this.rank - 2) {
      code.loop(coordinateName(axis), 0, this.kernel.domain[axis] ?? 1, 1, () => this.overBatch(axis + 1))
      return
    }
    code.line(`const float *const A = ${this.factor(this.kernel.left)};`)
    code.line(`const float *const B = ${this.factor(this.kernel.right)};`)
    if (this.tiling.right === 'dots') writeDots(this)
    else this.blocks()
  }

  private factor({ buffer, offset, batchStrides }: Factor): string {
    const terms = batchStrides.map((stride, axis) => `${coordinateName(axis)} * ${stride}`)
    return [bufferName(buffer), offset, ...terms].join(' + ')
  }

  /** This thread's rows m0 … m1 and columns n0 … n1. */
  private share(): void {
    const { m, n, rows, width, shared } = this.tiling
    const granule = rows[rows.length - 1] ?? 1
    const [units, unit] = shared === 'rows' ? [Math.floor(m / granule), granule] : [Math.ceil(n / width), width]
    const from = `${units}L * t / T * ${unit}`
    const to = `${units}L * (t + 1) / T * ${unit}`
    const { code } = this.context
    const [all, own] =
      shared === 'rows'
        ? ([
            ['n', n],
            ['m', m],
          ] as const)
        : ([
            ['m', m],
            ['n', n],
          ] as const)
    code.line(`const long ${all[0]}0 = 0, ${all[0]}1 = ${all[1]};`)
    code.line(`const long ${own[0]}0 = ${from}, ${own[0]}1 = t == T - 1 ? ${own[1]} : ${to};`)
  }

  private blocks(): void {
    const { code } = this.context
    const { k } = this.kernel
    const { kBlock, nBlock, right } = this.tiling
    this.share()
    code.block(`for (long j0 = n0; j0 < n1; j0 += ${nBlock})`, () => {
      code.line(`const long j1 = j0 + ${nBlock} < n1 ? j0 + ${nBlock} : n1;`)
      const block = () => {
        if (right === 'packed') this.packRight()
        this.overRowBlocks()
      }
      if (kBlock >= k) {
        code.line(`const long q = 0, depth = ${k};`)
        block()
      } else {
        code.loop('q', 0, k, kBlock, () => {
          code.line(`const long depth = q + ${kBlock} < ${k} ? ${kBlock} : ${k} - q;`)
          block()
        })
      }
    })
  }

  /** B[q …, j0 … j1] into panels. Where its rows are contiguous each is read from end to end and dealt out. */
  private packRight(): void {
    const { code } = this.context
    const { outerStride, innerStride } = this.kernel.right
    const { width, n } = this.tiling
    const rest = this.restWidth()
    if (outerStride !== 1) {
      code.loop('j', 'j0', 'j1', width, () => {
        const from = `B + j * ${outerStride} + q * ${innerStride}`
        const call = (w: number, valid: number) =>
          `pack(right + (j - j0) * depth, ${from}, ${w}, ${valid}, depth, ${outerStride}, ${innerStride});`
        if (rest === 0) code.line(call(width, width))
        else code.line(`if (j + ${width} <= ${n}) ${call(width, width)}`, `else ${call(rest, n % width)}`)
      })
      return
    }
    code.loop('p', 0, 'depth', 1, () => {
      code.line(`const float *const from = B + (q + p) * ${innerStride};`)
      const copy = (w: number) => `pack(right + (j - j0) * depth + p * ${w}, from + j, ${w}, ${w}, 1, 1, 0);`
      code.line('long j = j0;')
      code.line(`for (; j + ${width} <= j1; j += ${width}) ${copy(width)}`)
      if (rest > 0) code.line(`if (j < j1) ${copy(rest)}`)
    })
  }

  /** Columns of the last panel, rounded up to vectors; 0 where it is as wide as the others. */
  private restWidth(): number {
    const { n, width } = this.tiling
    return Math.ceil((n % width) / this.context.lanes) * this.context.lanes
  }

  private overRowBlocks(): void {
    const { code } = this.context
    const { packsLeft, mBlock } = this.tiling
    if (!packsLeft) {
      code.line('const long r0 = m0, r1 = m1;')
      this.overTiles()
      return
    }
    code.loop('r0', 'm0', 'm1', mBlock, () => {
      code.line(`const long r1 = r0 + ${mBlock} < m1 ? r0 + ${mBlock} : m1;`)
      this.packLeft()
      this.overTiles()
    })
  }

  /** A[r0 … r1, q …] into panels of a tile's rows. Where its columns are contiguous each is read from end to end and dealt out. */
  private packLeft(): void {
    const { code } = this.context
    const { outerStride, innerStride } = this.kernel.left
    if (outerStride !== 1) {
      const from = `A + row * ${outerStride} + q * ${innerStride}`
      this.overRows((rows) => {
        code.line(`pack(left + (row - r0) * depth, ${from}, ${rows}, ${rows}, depth, ${outerStride}, ${innerStride});`)
      })
      return
    }
    code.loop('p', 0, 'depth', 1, () => {
      code.line(`const float *const from = A + (q + p) * ${innerStride};`)
      this.overRows((rows) => {
        code.line(`storePart(left + (row - r0) * depth + p * ${rows}, load(from + row), ${rows});`)
      })
    })
  }

  /** Heights of tiles that this contraction can have. */
  private heights(): number[] {
    const { m, rows } = this.tiling
    const rest = m % (rows[rows.length - 1] ?? 1)
    return [...rows.filter((height) => height <= m), ...(rest === 0 ? [] : [rest])]
  }

  /** Row tiles from r0 to r1, each as tall as fits. */
  private overRows(body: (rows: number) => void): void {
    const { code } = this.context
    code.block('for (long row = r0, rows; row < r1; row += rows)', () => this.chooseRows(body))
  }

  private overTiles(): void {
    const { width, rowsFirst } = this.tiling
    const { code } = this.context
    const panels = (body: (columns: number) => void) => {
      const rest = this.tiling.n % width
      if (this.tiling.n >= width) {
        code.block(`for (long column = j0; column + ${width} <= j1; column += ${width})`, () => body(width))
      }
      if (rest === 0) return
      code.block(`if (j1 == ${this.tiling.n})`, () => {
        code.line(`const long column = ${this.tiling.n - rest};`)
        body(rest)
      })
    }
    const tile = (columns: number) => (rows: number) => {
      code.line(this.tileCall(rows, columns))
    }
    const rowsOf = (columns: number) => {
      code.block('for (long row = r0, rows; row < r1; row += rows)', () => {
        this.sums(columns)
        this.chooseRows(tile(columns))
        this.epilogue(columns)
      })
    }
    if (!rowsFirst) {
      panels(rowsOf)
      return
    }
    code.block('for (long row = r0, rows = 0; row < r1; row += rows)', () => {
      panels((columns) => {
        this.sums(columns)
        this.chooseRows(tile(columns))
        this.epilogue(columns)
      })
    })
  }

  /** Where the sums of a tile are: on the stack, or in scratch between blocks of k. */
  private sums(columns: number): void {
    const { rows, m, width, kBlock } = this.tiling
    const { code } = this.context
    const tall = Math.max(Math.min(m, rows[0] ?? 1), ...this.heights())
    if (kBlock >= this.kernel.k) code.line(`float sum[${tall * width}] __attribute__((aligned(64)));`)
    else code.line(`float *const sum = partial + (column - j0) * ${m} + (row - m0) * ${this.panelWidth(columns)};`)
  }

  private chooseRows(body: (rows: number) => void): void {
    const { code } = this.context
    this.heights().forEach((rows, i, all) => {
      const condition = i === all.length - 1 ? '' : ` if (r1 - row >= ${rows})`
      code.block(`${i === 0 ? '' : 'else'}${condition}`.trim(), () => {
        code.line(`rows = ${rows};`)
        body(rows)
      })
    })
  }

  private panelWidth(columns: number): number {
    const { lanes } = this.context
    return Math.ceil(columns / lanes) * lanes
  }

  private tileCall(rows: number, columns: number): string {
    const { left, right } = this.kernel
    const { packsLeft } = this.tiling
    const width = this.panelWidth(columns)
    const isPacked = this.tiling.right === 'packed'
    const name = this.context.tile({
      rows,
      vectors: width / this.context.lanes,
      leftRow: packsLeft ? 1 : left.outerStride,
      leftStep: packsLeft ? rows : left.innerStride,
      rightColumn: isPacked || this.tiling.right === 'direct' ? 1 : right.outerStride,
      rightStep: isPacked ? width : right.innerStride,
      columns: isPacked || this.tiling.right === 'direct' ? width : columns,
    })
    const a = packsLeft ? 'left + (row - r0) * depth' : `A + row * ${left.outerStride} + q * ${left.innerStride}`
    const b = isPacked
      ? 'right + (column - j0) * depth'
      : `B + column * ${right.outerStride} + q * ${right.innerStride}`
    return `${name}(depth, ${a}, ${b}, sum, q > 0);`
  }

  /** The body over the sums of a tile, when they are complete. */
  private epilogue(columns: number): void {
    const { code, lanes } = this.context
    const { kBlock } = this.tiling
    const [rowAxis, columnAxis] = [this.rank - 2, this.rank - 1]
    const width = this.panelWidth(columns)
    const whole = columns - (columns % lanes)
    if (kBlock < this.kernel.k) code.line(`if (q + depth < ${this.kernel.k}) continue;`)
    code.block('for (long r = 0; r < rows; r++)', () => {
      if (rowAxis >= 0) code.line(`const long ${coordinateName(rowAxis)} = row + r;`)
      const name = coordinateName(columnAxis)
      if (whole > 0) {
        code.loop(name, 'column', `column + ${whole}`, lanes, () => {
          this.point(columnAxis, lanes, `sum + r * ${width} + ${name} - column`)
        })
      }
      if (whole === columns) return
      code.line(`const long ${name} = column + ${whole};`)
      this.point(columnAxis, columns - whole, `sum + r * ${width} + ${whole}`)
    })
  }

  readonly point = (laneAxis: number, lanes: number, sum: string): void => {
    const { code } = this.context
    const place: Place = { laneAxis, lanes }
    const accumulator = code.fresh('x')
    code.line(`const V ${accumulator} = load(${sum});`)
    const { instructions, stores } = this.points.body
    const before = new Map<number, string>()
    instructions.forEach(({ operation }, position) => {
      if (operation === 'accumulator') before.set(position, accumulator)
    })
    const valueAt = this.points.at(place, before)
    const values = stores.map(({ value }) => valueAt(value))
    stores.forEach((_, slot) => {
      this.points.store(slot, place, values[slot] ?? accumulator)
    })
  }
}
