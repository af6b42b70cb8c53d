/** How a contraction is cut: into tiles of registers, blocks of caches, and parts for threads. */

import type { ContractKernel } from '../../plan/index.ts'
import type { Lanes } from './preamble.ts'

/** Rows of a tile, tallest first: with two vectors of columns the sums fill the registers and leave some for operands. */
const TILE_ROWS: Readonly<Record<Lanes, readonly number[]>> = { 16: [12, 8, 4], 8: [6, 4, 2], 4: [4] }
/** The same where three or four vectors are all columns that there are: then A is read once, and B lies as a panel. */
const WIDE_TILE_ROWS: Readonly<Record<number, readonly number[]>> = { 3: [8, 4, 2], 4: [6, 4, 2] }
/** k in one block: a panel of B of 32 columns then takes 32 KiB, about a first-level cache. */
const K_BLOCK = 256
/** Elements of A in one block: packed, they take 120 KiB, a part of a second-level cache. */
const LEFT_BLOCK = 120 * 256
/** Columns of B in one block: packed, they take 512 KiB, half of a second-level cache. */
const N_BLOCK = 512

export interface Tiling {
  readonly m: number
  readonly n: number
  /** Tallest first; boundaries between threads are multiples of the last. */
  readonly rows: readonly number[]
  readonly vectors: number
  /** Columns of a panel. */
  readonly width: number
  /** How B is read: as it lies, element by element, or copied into panels. `dots`: rows of A times rows of B. */
  readonly right: 'direct' | 'strided' | 'packed' | 'dots'
  readonly packsLeft: boolean
  readonly kBlock: number
  readonly mBlock: number
  readonly nBlock: number
  /** Whether all columns of some rows come before other rows: where the epilogue reads as much as it writes. */
  readonly rowsFirst: boolean
  readonly shared: 'rows' | 'columns'
}

const ceil = (a: number, b: number) => Math.ceil(a / b)

/** Vectors of columns in a tile: more where there are few rows, so that enough sums are under way. */
function vectorsOf(m: number, n: number, lanes: Lanes): number {
  const all = Math.max(1, ceil(n, lanes))
  if (lanes === 16 && m > 4 && all in WIDE_TILE_ROWS) return all
  return Math.min(m === 1 ? 8 : m === 2 ? 4 : 2, all)
}

function rightMode(
  kernel: ContractKernel,
  m: number,
  n: number,
  tall: number,
  lanes: Lanes,
  isPanel: boolean,
): Tiling['right'] {
  const { left, right, k } = kernel
  const isContiguous = left.innerStride === 1 && right.innerStride === 1
  if (isContiguous && (m <= 4 || n <= 2) && k >= 2 * lanes) return 'dots'
  if (right.outerStride === 1 || n === 1) return m <= 2 * tall || k <= 8 || isPanel ? 'direct' : 'packed'
  return k * n <= 512 ? 'strided' : 'packed'
}

/** A is copied where its elements for one step of k lie far apart and are read more than once or twice. */
function packsLeft({ left, k }: ContractKernel, m: number, panels: number, granule: number): boolean {
  if (m < granule) return false
  // Elements that lie a multiple of pages apart fall into the same few sets of the caches.
  if (left.innerStride >= 1024 && k >= 32) return true
  if (panels < 2) return false
  if (left.innerStride === 1) return (4 * left.outerStride) % 1024 === 0 || panels >= 6
  return panels >= 3
}

export function tilingOf(kernel: ContractKernel, lanes: Lanes): Tiling {
  const rank = kernel.domain.length
  const m = kernel.domain[rank - 2] ?? 1
  const n = kernel.domain[rank - 1] ?? 1
  const vectors = vectorsOf(m, n, lanes)
  const rows = (m > 4 ? WIDE_TILE_ROWS[vectors] : undefined) ?? TILE_ROWS[lanes]
  const [tall = 1] = rows
  const granule = rows[rows.length - 1] ?? 1
  const width = vectors * lanes
  const panels = ceil(n, width)
  const isPanel = panels === 1 && kernel.right.innerStride === width
  const right = rightMode(kernel, m, n, tall, lanes, isPanel)
  const left = right !== 'dots' && packsLeft(kernel, m, panels, granule)
  const isBlocked = right === 'packed' || left || isPanel
  const kBlock = isBlocked ? Math.min(K_BLOCK, kernel.k) : kernel.k
  const readsElements = kernel.body.loads.some(({ strides }) => strides[rank - 2] !== 0 && strides[rank - 1] !== 0)
  return {
    m,
    n,
    rows,
    vectors,
    width,
    right,
    packsLeft: left,
    kBlock,
    mBlock: left ? tall * Math.max(1, Math.floor(LEFT_BLOCK / kBlock / tall)) : m,
    nBlock: right === 'packed' ? Math.min(N_BLOCK, panels * width) : panels * width,
    rowsFirst: readsElements && kernel.k <= K_BLOCK,
    shared: sharedAxis(kernel, { m, n, granule, panels, packsRight: right === 'packed', packsLeft: left }),
  }
}

interface Sharing {
  readonly m: number
  readonly n: number
  readonly granule: number
  readonly panels: number
  readonly packsRight: boolean
  readonly packsLeft: boolean
}

/** The axis whose parts take two threads the least time: unequal parts, and copies that both must make. */
function sharedAxis(
  { k }: ContractKernel,
  { m, n, granule, panels, packsRight, packsLeft }: Sharing,
): Tiling['shared'] {
  const slower = (units: number) => (2 * ceil(units, 2)) / Math.max(1, units)
  const work = (m * n * k) / 32
  const byRows = work * slower(ceil(m, granule)) + (packsRight ? k * n : 0)
  const byColumns = work * slower(panels) + (packsLeft ? m * k : 0)
  return byRows <= byColumns ? 'rows' : 'columns'
}

/** Floats of scratch that one thread needs: a block of B, a block of A, sums between blocks of k. */
export function contractScratch(kernel: ContractKernel, lanes: Lanes): { right: number; left: number; end: number } {
  const { m, right, packsLeft, width, kBlock, mBlock, nBlock } = tilingOf(kernel, lanes)
  const padded = (size: number) => 16 * ceil(size, 16) + 16
  const rightEnd = right === 'packed' ? padded(kBlock * ceil(nBlock, width) * width) : 0
  const leftEnd = rightEnd + (packsLeft ? padded(kBlock * Math.min(mBlock, m)) : 0)
  const sums = kBlock < kernel.k ? padded(m * ceil(nBlock, width) * width) : 0
  return { right: rightEnd, left: leftEnd, end: leftEnd + sums }
}
