/** Writes the inner loops of contractions: a tile of sums in registers, and copies of operands into panels. */

import { Code } from './code.ts'

export interface TileShape {
  readonly rows: number
  readonly vectors: number
  /** Elements from one row of A to the next, and from one k to the next. */
  readonly leftRow: number
  readonly leftStep: number
  /** Elements from one column of B to the next (1: whole vectors), and from one k to the next. */
  readonly rightColumn: number
  readonly rightStep: number
  /** Columns that there are, where B is read element by element. */
  readonly columns: number
}

const times = (name: string, factor: number) => (factor === 1 ? name : `${factor} * ${name}`)

/** A function `name(depth, a, b, sum, resume)`: sum[r][columns] (+)= Σ_k a[r, k]·b[k, columns]. */
export function writeTile(name: string, shape: TileShape, lanes: number): string {
  const { rows, vectors, leftRow, leftStep, rightColumn, rightStep } = shape
  const code = new Code()
  const all = Array.from({ length: rows * vectors }, (_, i) => ({ r: Math.floor(i / vectors), v: i % vectors }))
  const width = vectors * lanes
  code.block(`static void ${name}(long depth, const float *a, const float *b, float *sum, int resume)`, () => {
    code.line(`V ${all.map(({ r, v }) => `s${r}_${v} = {0}`).join(', ')};`)
    code.block('if (resume)', () => {
      for (const { r, v } of all) code.line(`s${r}_${v} = load(sum + ${r * width + v * lanes});`)
    })
    code.loop('p', 0, 'depth', 1, () => {
      for (let v = 0; v < vectors; v++) {
        const at = `b + ${times('p', rightStep)} + ${v * lanes * rightColumn}`
        const count = Math.min(lanes, shape.columns - v * lanes)
        code.line(
          `const V y${v} = ${rightColumn === 1 ? `load(${at})` : `loadStrided(${at}, ${rightColumn}, ${count})`};`,
        )
      }
      for (let r = 0; r < rows; r++) {
        code.line(`const V x${r} = splat(a[${times('p', leftStep)} + ${r * leftRow}]);`)
        for (let v = 0; v < vectors; v++) code.line(`s${r}_${v} += x${r} * y${v};`)
      }
    })
    for (const { r, v } of all) code.line(`store(sum + ${r * width + v * lanes}, s${r}_${v});`)
  })
  return code.toString()
}

/** What packed contractions call. */
export const PACK_FUNCTIONS = `/* to[p][r] = from[r·outer + p·inner] for p < depth, r < width; past the last of \`valid\` it repeats that one. */
static __attribute__((noinline)) void packAcross(float *to, const float *from, long width, long valid, long depth,
                                                 long outer, long inner) {
  const long whole = inner == 1 ? depth - depth % LANES : 0;
  for (long p = 0; p < whole; p += LANES)
    for (long r = 0; r < width; r += LANES) {
      V x[LANES];
      for (long l = 0; l < LANES; l++) x[l] = load(from + (r + l < valid ? r + l : valid - 1) * outer + p);
      transpose(x);
      for (long l = 0; l < LANES; l++) store(to + (p + l) * width + r, x[l]);
    }
  for (long p = whole; p < depth; p++)
    for (long r = 0; r < width; r++) to[p * width + r] = from[(r < valid ? r : valid - 1) * outer + p * inner];
}
/* The same; where the elements of one p lie side by side they are copied as vectors. */
INLINE void pack(float *to, const float *from, long width, long valid, long depth, long outer, long inner) {
  if (outer != 1) {
    packAcross(to, from, width, valid, depth, outer, inner);
    return;
  }
  for (long p = 0; p < depth; p++)
    for (long r = 0; r < width; r += LANES) store(to + p * width + r, load(from + p * inner + r));
}
`

/** What contractions by dot products call. */
export const DOT_FUNCTION = `/* out[j] = Σ_k a[k]·b[j·stride + k] for j < 4. */
static void dots(const float *a, const float *b, long stride, long depth, float *out) {
  V s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
  const long whole = depth - depth % LANES;
  for (long p = 0; p < whole; p += LANES) {
    const V x = load(a + p);
    s0 += x * load(b + p);
    s1 += x * load(b + stride + p);
    s2 += x * load(b + 2 * stride + p);
    s3 += x * load(b + 3 * stride + p);
  }
  if (whole < depth) {
    const long rest = depth - whole;
    const V x = keep(load(a + whole), rest, 0.0f);
    s0 += x * keep(load(b + whole), rest, 0.0f);
    s1 += x * keep(load(b + stride + whole), rest, 0.0f);
    s2 += x * keep(load(b + 2 * stride + whole), rest, 0.0f);
    s3 += x * keep(load(b + 3 * stride + whole), rest, 0.0f);
  }
  out[0] = total(s0)[0];
  out[1] = total(s1)[0];
  out[2] = total(s2)[0];
  out[3] = total(s3)[0];
}
/* The same for one j. */
static float dot(const float *a, const float *b, long depth) {
  V s0 = {0}, s1 = {0};
  long p = 0;
  for (; p + 2 * LANES <= depth; p += 2 * LANES) {
    s0 += load(a + p) * load(b + p);
    s1 += load(a + p + LANES) * load(b + p + LANES);
  }
  for (; p + LANES <= depth; p += LANES) s0 += load(a + p) * load(b + p);
  if (p < depth) s1 += keep(load(a + p), depth - p, 0.0f) * keep(load(b + p), depth - p, 0.0f);
  return total(s0 + s1)[0];
}
`
