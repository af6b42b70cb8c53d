/**
 * Where the machine's limits lie, and how near everybody comes: GFLOP/s against arithmetic intensity, which is the
 * operations for each byte that must be moved at least (S. Williams, A. Waterman, D. Patterson, 2009).
 */

import { join } from 'node:path'
import { type StreamWork, UPDATE } from '../contestants/contestant.ts'
import { PLAIN_ENTRY } from '../contestants/list.ts'
import { type Contest, holdContest } from '../rounds.ts'
import { normals, randomSource, writeValues } from '../work.ts'
import type { Item } from './item.ts'
import { productContest } from './product.ts'

const ROWS = [1, 2, 4, 8, 16, 32, 64, 256, 1024]
const SIDE = 1024
/** 64 MiB each, several times what caches hold. */
const STREAM_COUNT = 2 ** 24
const SEED = 7

interface Pattern {
  readonly pattern: StreamWork['pattern']
  readonly title: string
  readonly arrays: number
  readonly flopsPerElement: number
  readonly bytesPerElement: number
}

const PATTERNS: readonly Pattern[] = [
  { pattern: 'copy', title: 'b = a', arrays: 1, flopsPerElement: 0, bytesPerElement: 8 },
  { pattern: 'triad', title: 'c = a + scale·b', arrays: 2, flopsPerElement: 2, bytesPerElement: 12 },
  // Reads w, m, v and g, writes w, m and v. Multiplications, additions, a division and a root count one each.
  { pattern: 'update', title: 'an update as Adam makes it', arrays: 4, flopsPerElement: 13, bytesPerElement: 28 },
]

/** The families that the roofline is about, beside nabla's own. */
const FAMILIES = ['PyTorch', 'NumPy']

function streamContest({ pattern, title, arrays, ...perElement }: Pattern, folder: string): Contest {
  const random = randomSource(SEED)
  const values = Array.from({ length: arrays }, () => normals(STREAM_COUNT, 1, random).map(Math.abs))
  writeValues(folder, { x: new Float32Array(), y: new Int32Array(), kernels: values, biases: [] })
  return {
    title: `${title}, ${STREAM_COUNT.toLocaleString('en-US')} elements`,
    work: { kind: 'stream', pattern, count: STREAM_COUNT, folder },
    truth: [
      firstElement(
        pattern,
        values.map(([first = Number.NaN]) => first),
      ),
    ],
    tolerance: 1e-5,
    checkRate: 0,
    timingRate: 0,
    flops: perElement.flopsPerElement * STREAM_COUNT,
    bytes: perElement.bytesPerElement * STREAM_COUNT,
  }
}

/** After one run, in f64. */
function firstElement(pattern: StreamWork['pattern'], [a = 0, b = 0, c = 0, d = 0]: readonly number[]): number {
  const { scale, beta1, beta2, epsilon, stepSize, correction } = UPDATE
  if (pattern === 'copy') return a
  if (pattern === 'triad') return a + scale * b
  const [m, v] = [beta1 * b + (1 - beta1) * d, beta2 * c + (1 - beta2) * d * d]
  return a - (stepSize * m) / (correction * Math.sqrt(v) + epsilon)
}

export const roofline: Item = {
  name: 'roofline',
  about: 'GFLOP/s against operations per byte: products m×1024×1024, an update, and the roofs',
  measure: async (context) => {
    const players = context.players.filter(({ entry }) => !entry.peer || FAMILIES.includes(entry.family))
    const plain = await context.join(PLAIN_ENTRY)
    for (const pattern of PATTERNS) {
      const contest = streamContest(pattern, join(context.folder, pattern.pattern))
      const able = pattern.pattern === 'copy' ? [plain].filter((player) => player !== undefined) : players
      context.report(await holdContest(contest, able, context))
    }
    for (const rows of ROWS) {
      const contest = productContest(rows, SIDE, SIDE, join(context.folder, 'roofline'))
      context.report(await holdContest(contest, players, context))
    }
  },
}
