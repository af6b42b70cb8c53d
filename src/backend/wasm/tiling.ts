/** How a contraction is cut into tiles, panels and blocks, and what its writers share. */

import type { ContractKernel } from '../../plan/index.ts'
import type { Local } from './encode.ts'
import type { KernelContext, PointWriter } from './point.ts'
import type { Run } from './runs.ts'

/** k in one block: a panel of B of 12 columns then takes 24 KiB, a good part of a first-level cache. */
export const K_BLOCK = 512
/**
 * Rows of C that are computed before the next panel of B is gone to: what the body reads and writes in these rows is in
 * few pages, one after another. A multiple of every tile's rows.
 */
export const BLOCK_ROWS = 24
/** Bytes of A, and of B, that are packed at once: a part of a second-level cache, and from each row of a source a long run. */
const PACKED_LEFT_BYTES = 1 << 17
const PACKED_RIGHT_BYTES = 1 << 18
/** Rows of a tile, and vectors of columns in it by its number of rows: what fits the registers (see `tilingOf`). */
const TILE_ROWS = 3
const TILE_VECTORS = [0, 6, 4, 3]
/** Columns whose sums are kept at once where B is swept: 2 KiB for each row. */
export const SWEEP_COLUMNS = 512
/** Rows up to which B is swept where its rows are long, and where they are shorter. */
const SWEEP_MOST_ROWS = 8
const SWEEP_MOST_ROWS_OF_SHORT = 2
/** Columns from which on tiles would find few lines of B in the cache again. */
const SWEEP_LONG_ROW = 512
/** Elements of a B that the first-level cache does not hold. */
const SWEEP_LEAST_ELEMENTS = 16384

/** Measured, processor time against tiles: 8×512×512 1.5, 4×1024×1024 2.2, 1×784×300 1.2, 1×784×10000 1.8; 8×784×300 0.75. */
function sweepsRight({ right, k }: ContractKernel, m: number, n: number): boolean {
  if (right.outerStride !== 1 || n < 64 || k < 8) return false
  if (n >= SWEEP_LONG_ROW) return m <= SWEEP_MOST_ROWS
  return m <= SWEEP_MOST_ROWS_OF_SHORT && k * n >= SWEEP_LEAST_ELEMENTS
}

/** Added to the length of a panel, so that neighbouring panels do not fall into the same sets of a cache. */
const PANEL_PADDING_BYTES = 64

export interface Tiling {
  /** Whether B is read from end to end, for sums in scratch, in place of tiles. */
  readonly sweeps: boolean
  readonly rows: number
  readonly vectors: number
  readonly blocks: number
  /** Rows of A and columns of B that are packed at once: whole blocks of rows, whole panels; no limit where nothing is. */
  readonly packedRows: number
  readonly packedColumns: number
  /** Whether A and B are copied into panels; they are not where they are read too rarely to be worth it. */
  readonly packsLeft: boolean
  readonly packsRight: boolean
  /** Bytes from one panel to the next. */
  readonly leftPanelBytes: number
  readonly rightPanelBytes: number
}

/**
 * A tile of 3×12 sums, 3 vectors of B and 3 elements of A are the 15 registers that engines for x86 give out. The inner
 * loop makes one step of k: V8 (seen in Node 20) moves all loads of a loop's body before its arithmetic, so that a body
 * with more steps keeps its operands on the stack. Of ten shapes with one, two and four steps, 3×12 with one was fastest,
 * 1.7 times as fast as 4×12 with four.
 */
export function tilingOf(kernel: ContractKernel): Tiling {
  const rank = kernel.domain.length
  const m = kernel.domain[rank - 2] ?? 1
  const n = kernel.domain[rank - 1] ?? 1
  const rows = Math.min(m, TILE_ROWS)
  const vectors = Math.min(TILE_VECTORS[rows] ?? 1, Math.ceil(n / 4))
  const packsRight = !(kernel.right.outerStride === 1 && m <= 8)
  const packsLeft = rows === TILE_ROWS && kernel.left.innerStride !== 1 && n > 4 * vectors
  const depth = Math.max(1, Math.min(kernel.k, K_BLOCK))
  const width = 4 * vectors
  return {
    sweeps: sweepsRight(kernel, m, n),
    rows,
    vectors,
    packsLeft,
    packsRight,
    packedRows: packsLeft
      ? wholeUnits(PACKED_LEFT_BYTES / (4 * depth), BLOCK_ROWS)
      : wholeUnits(m, BLOCK_ROWS) + BLOCK_ROWS,
    // What is packed of A serves all columns.
    packedColumns:
      packsRight && !packsLeft ? wholeUnits(PACKED_RIGHT_BYTES / (4 * depth), width) : wholeUnits(n, width) + width,
    blocks: packsRight || packsLeft ? Math.max(1, Math.ceil(kernel.k / K_BLOCK)) : 1,
    leftPanelBytes: panelBytes(rows, depth),
    rightPanelBytes: panelBytes(width, depth),
  }
}

/** The most whole units of `size` in `count`, one at least. */
const wholeUnits = (count: number, size: number) => size * Math.max(1, Math.floor(count / size))

/** Rows of tiles that are so many vectors wide: one vector alone needs more of them for enough sums to be under way. */
export function tileRows({ rows }: Tiling, vectors: number): number {
  return rows === TILE_ROWS && vectors === 1 ? 2 * TILE_ROWS : rows
}

/** Padded to a multiple of `width` words, so that a panel's address follows from its first row or column. */
function panelBytes(width: number, depth: number): number {
  return 4 * width * Math.ceil((width * depth + PANEL_PADDING_BYTES / 4) / width)
}

export interface Scratch {
  // Offsets in bytes from the start of a thread's scratch.
  readonly right: number
  readonly left: number
  readonly partial: number
  readonly end: number
}

/** The next line of a cache. */
const aligned = (bytes: number) => 64 * Math.ceil(bytes / 64)

/** Scratch: the panels of B, of a block of A, and the sums of C between blocks of k. */
export function scratchOf(kernel: ContractKernel): Scratch {
  const tiling = tilingOf(kernel)
  const rank = kernel.domain.length
  const m = kernel.domain[rank - 2] ?? 1
  const n = kernel.domain[rank - 1] ?? 1
  if (tiling.sweeps) return { right: 0, left: 0, partial: 0, end: 4 * m * SWEEP_COLUMNS }
  const panels = Math.ceil(n / (4 * tiling.vectors))
  const packedPanels = Math.min(panels, tiling.packedColumns / (4 * tiling.vectors))
  const left = aligned(tiling.packsRight ? packedPanels * tiling.rightPanelBytes : 0)
  const partial = aligned(
    left + (tiling.packsLeft ? Math.ceil(Math.min(m, tiling.packedRows) / tiling.rows) * tiling.leftPanelBytes : 0),
  )
  const end = partial + (tiling.blocks > 1 ? (m + tiling.rows) * panels * tiling.vectors * 16 : 0)
  return { right: 0, left, partial, end }
}

/** Bytes of scratch. */
export function contractScratchBytes(kernel: ContractKernel): number {
  return scratchOf(kernel).end
}

/** A contraction while its code is written: its sizes, and the locals that its loops keep. */
export interface Contraction {
  readonly context: KernelContext
  readonly kernel: ContractKernel
  readonly tiling: Tiling
  readonly points: PointWriter
  readonly rank: number
  readonly m: number
  readonly n: number
  readonly scratch: Scratch
  readonly batch: readonly Local[]
  readonly leftBase: Local
  readonly rightBase: Local
  readonly row: Local
  readonly column: Local
  /** The first k of the block, and how many there are in it. */
  readonly block: Local
  readonly blockLength: Local
  /** The columns of this thread. */
  readonly columns: Run
  /** The columns of B and the rows of A that are packed at once. */
  readonly packedColumns: Run
  readonly packedRows: Run
  /** Pushes an address in this thread's scratch. */
  readonly pushScratch: (offset: number) => void
  readonly overColumns: (body: (width: number) => void) => void
}
