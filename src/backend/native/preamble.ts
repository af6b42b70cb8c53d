/**
 * The head of every generated file: vector types of the machine's width in the vector extensions of GCC and Clang,
 * and the few operations on them that the extensions lack. GCC's own built-ins stand where a loop over the lanes
 * would go through memory: `#include <immintrin.h>` would take longer to compile than the kernels.
 */

/** Elements in a vector: what the widest registers hold. */
export type Lanes = 4 | 8 | 16

const range = (count: number) => Array.from({ length: count }, (_, i) => i)

const CONTEXT = `/* An input of many steps: its values lie one step after another. */
typedef struct Feed {
  void *to;
  const char *from;
  long bytes;
} Feed;

/* What a run needs, filled in by the caller. */
typedef struct Context {
  unsigned char *arena;
  unsigned char *scratch;
  void (*together)(void (*work)(struct Context *, long, long), struct Context *, long threads);
  void (*barrier)(long threads);
  long threads;
  long steps;
  long bad;       /* 1 after an index out of range */
  long badIndex;
  long badExtent;
  long feedCount;
  const Feed *feeds;
  void *state[];
} Context;`

const OPERATIONS = `#define INLINE static inline __attribute__((always_inline, unused))

INLINE V splat(float x) { return x - (V){0}; }
INLINE V load(const float *p) { return *(const UnalignedV *)p; }
INLINE void store(float *p, V x) { *(UnalignedV *)p = x; }
INLINE V loadInt(const int *p) { return __builtin_convertvector(*(const UnalignedI *)p, V); }
INLINE V loadStrided(const float *p, long stride, long lanes) {
  V x = {0};
  for (long l = 0; l < lanes; l++) x[l] = p[l * stride];
  return x;
}
INLINE V loadIntStrided(const int *p, long stride, long lanes) {
  V x = {0};
  for (long l = 0; l < lanes; l++) x[l] = (float)p[l * stride];
  return x;
}
INLINE void storeStrided(float *p, long stride, V x, long lanes) {
  for (long l = 0; l < lanes; l++) p[l * stride] = x[l];
}
INLINE void storeInt(int *p, long stride, V x, long lanes) {
  for (long l = 0; l < lanes; l++) p[l * stride] = (int)x[l];
}

/* Masks are vectors of 0 and -1. */
INLINE V select(I mask, V a, V b) { return (V)((mask & (I)a) | (~mask & (I)b)); }
INLINE V absolute(V a) { return (V)((I)a & 0x7fffffff); }
INLINE V negative(V a) { return (V)((I)a ^ (int)0x80000000); }
/* Keeps the first lanes, and puts x in the others. */
INLINE V keep(V a, long lanes, float x) { return select(LANE < (int)lanes, a, splat(x)); }
INLINE V scaleByPowerOfTwo(V a, V b) { return a * (V)((__builtin_convertvector(b, I) + 127) << 23); }
INLINE V exponent(V a) { return __builtin_convertvector((I)((Bits)a >> 23) - 127, V); }
INLINE V mantissa(V a) { return (V)(((I)a & 0x007fffff) | 0x3f800000); }

/* An index within its axis; 0 after remembering that it was not. */
INLINE long checked(Context *c, long index, long extent) {
  if (__builtin_expect(index >= 0 && index < extent, 1)) return index;
  if (!c->bad) { c->bad = 1; c->badIndex = index; c->badExtent = extent; }
  return 0;
}`

/** Extrema that pass on NaN from either side. The machine's own yield the second operand where one is NaN. */
const EXTREMA = `/* NaN if either is NaN; where b is a constant number the machine's own order is enough. */
INLINE V maximum(V a, V b) { return select(a != a, a, machineMax(a, b)); }
INLINE V minimum(V a, V b) { return select(a != a, a, machineMin(a, b)); }
INLINE V maximumOfConstant(V a, V b) { return machineMax(b, a); }
INLINE V minimumOfConstant(V a, V b) { return machineMin(b, a); }`

const MACHINE: Readonly<Record<Lanes, string>> = {
  16: `#if defined(__AVX512F__) && !defined(__clang__)
INLINE V machineMax(V a, V b) { return __builtin_ia32_maxps512_mask(a, b, a, -1, 4); }
INLINE V machineMin(V a, V b) { return __builtin_ia32_minps512_mask(a, b, a, -1, 4); }
INLINE V squareRoot(V a) { return __builtin_ia32_sqrtps512_mask(a, a, -1, 4); }
INLINE V roundDown(V a) { return __builtin_ia32_rndscaleps_mask(a, 9, a, -1, 4); }
INLINE V roundEven(V a) { return __builtin_ia32_rndscaleps_mask(a, 8, a, -1, 4); }
INLINE void storePart(float *p, V x, long lanes) { __builtin_ia32_storeups512_mask(p, x, (1u << lanes) - 1); }
#else`,
  8: `#if defined(__AVX__) && !defined(__clang__)
INLINE V machineMax(V a, V b) { return __builtin_ia32_maxps256(a, b); }
INLINE V machineMin(V a, V b) { return __builtin_ia32_minps256(a, b); }
INLINE V squareRoot(V a) { return __builtin_ia32_sqrtps256(a); }
INLINE V roundDown(V a) { return __builtin_ia32_roundps256(a, 9); }
INLINE V roundEven(V a) { return __builtin_ia32_roundps256(a, 8); }
INLINE void storePart(float *p, V x, long lanes) { __builtin_ia32_maskstoreps256((void *)p, LANE < (int)lanes, x); }
#else`,
  4: `#if 0
#else`,
}

const PLAIN = `INLINE V machineMax(V a, V b) { return select(a > b, a, b); }
INLINE V machineMin(V a, V b) { return select(a < b, a, b); }
INLINE V squareRoot(V a) { for (int l = 0; l < LANES; l++) a[l] = __builtin_sqrtf(a[l]); return a; }
INLINE V roundDown(V a) { for (int l = 0; l < LANES; l++) a[l] = __builtin_floorf(a[l]); return a; }
INLINE V roundEven(V a) { for (int l = 0; l < LANES; l++) a[l] = __builtin_rintf(a[l]); return a; }
INLINE void storePart(float *p, V x, long lanes) { for (long l = 0; l < lanes; l++) p[l] = x[l]; }
#endif`

/** Combines neighbouring halves until every lane holds the result: a fixed order, whatever the machine. */
function acrossLanes(name: string, lanes: Lanes, combine: (a: string, b: string) => string): string {
  const steps: string[] = []
  for (let half = lanes / 2; half >= 1; half /= 2) {
    const order = range(lanes).map((l) => (l ^ half) % lanes)
    steps.push(`  x = ${combine('x', `SHUFFLE(x, x, ${order.join(', ')})`)};`)
  }
  return `INLINE V ${name}(V x) {\n${steps.join('\n')}\n  return x;\n}`
}

/** Turns a square of vectors round in place: in each of log2(lanes) steps blocks off the diagonal change places. */
function transposition(lanes: Lanes): string {
  const lines: string[] = ['  V y;']
  for (let half = 1; half < lanes; half *= 2) {
    const low = range(lanes).map((l) => ((l & half) === 0 ? l : lanes + (l - half)))
    const high = range(lanes).map((l) => ((l & half) === 0 ? l + half : lanes + l))
    for (const row of range(lanes).filter((r) => (r & half) === 0)) {
      const [a, b] = [`x[${row}]`, `x[${row + half}]`]
      lines.push(`  y = SHUFFLE(${a}, ${b}, ${low}); ${b} = SHUFFLE(${a}, ${b}, ${high}); ${a} = y;`)
    }
  }
  return `INLINE void transpose(V x[LANES]) {\n${lines.join('\n')}\n}`
}

/** The text, for vectors of `lanes` floats. */
export function preamble(lanes: Lanes): string {
  const bytes = 4 * lanes
  return `#define LANES ${lanes}
typedef float V __attribute__((vector_size(${bytes}), may_alias));
typedef int I __attribute__((vector_size(${bytes}), may_alias));
typedef unsigned Bits __attribute__((vector_size(${bytes}), may_alias));
typedef float UnalignedV __attribute__((vector_size(${bytes}), aligned(4), may_alias));
typedef int UnalignedI __attribute__((vector_size(${bytes}), aligned(4), may_alias));
#define LANE ((I){${range(lanes)}})
#if defined(__clang__) || __GNUC__ >= 12
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (I){__VA_ARGS__})
#endif

${CONTEXT}

${OPERATIONS}

${MACHINE[lanes]}
${PLAIN}
${EXTREMA}

${acrossLanes('total', lanes, (a, b) => `${a} + ${b}`)}
${acrossLanes('largest', lanes, (a, b) => `maximum(${a}, ${b})`)}
${acrossLanes('smallest', lanes, (a, b) => `minimum(${a}, ${b})`)}
${transposition(lanes)}
`
}
