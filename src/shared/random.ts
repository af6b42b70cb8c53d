/**
 * Counter-based random numbers: Philox4x32-10. A number is a pure function of (seed, stream, step, index), so any
 * element can be made anywhere, in any order, by any thread, and a resumed run draws what the first would have.
 *
 * Source: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3",
 * SC'11, section 4.3 (multipliers and Weyl constants in table 2).
 */

export const PHILOX = {
  multiplier0: 0xd2511f53,
  multiplier1: 0xcd9e8d57,
  weyl0: 0x9e3779b9,
  weyl1: 0xbb67ae85,
  rounds: 10,
} as const

export type Words4 = [number, number, number, number]

/** The high 32 bits of the product of the unsigned words (aHigh·2¹⁶ + aLow) and b, by halves: integers throughout. */
function multiplyHigh(aHigh: number, aLow: number, b: number): number {
  const bHigh = b >>> 16
  const bLow = b & 0xffff
  const middle = Math.imul(aHigh, bLow)
  const other = Math.imul(aLow, bHigh)
  const carry = (Math.imul(aLow, bLow) >>> 16) + (middle & 0xffff) + (other & 0xffff)
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (other >>> 16) + (carry >>> 16)) | 0
}

const HIGH0 = PHILOX.multiplier0 >>> 16
const LOW0 = PHILOX.multiplier0 & 0xffff
const HIGH1 = PHILOX.multiplier1 >>> 16
const LOW1 = PHILOX.multiplier1 & 0xffff

/** Replaces the counter in `words` by the block of four unsigned 32-bit words that it stands for. */
function philoxInPlace(words: Uint32Array, keyLow: number, keyHigh: number): void {
  let c0 = (words[0] as number) | 0
  let c1 = (words[1] as number) | 0
  let c2 = (words[2] as number) | 0
  let c3 = (words[3] as number) | 0
  let k0 = keyLow | 0
  let k1 = keyHigh | 0
  for (let round = 0; round < PHILOX.rounds; round++) {
    const high0 = multiplyHigh(HIGH0, LOW0, c0)
    const high1 = multiplyHigh(HIGH1, LOW1, c2)
    const low0 = Math.imul(PHILOX.multiplier0, c0)
    c0 = high1 ^ c1 ^ k0
    c1 = Math.imul(PHILOX.multiplier1, c2)
    c2 = high0 ^ c3 ^ k1
    c3 = low0
    k0 = (k0 + PHILOX.weyl0) | 0
    k1 = (k1 + PHILOX.weyl1) | 0
  }
  words[0] = c0
  words[1] = c1
  words[2] = c2
  words[3] = c3
}

/** One block of four unsigned 32-bit words for a 128-bit counter and a 64-bit key. */
export function philox(counter: Words4, key: readonly [number, number]): Words4 {
  const words = Uint32Array.from(counter)
  philoxInPlace(words, key[0], key[1])
  return [...words] as Words4
}

/** A word as a float in [0, 1): its upper 24 bits, which f32 holds exactly, so that every backend draws the same. */
export function wordToUnit(word: number): number {
  return (word >>> 8) * 2 ** -24
}

/**
 * Element `index` of the uniform random array that (seed, stream, step) names, in [0, 1).
 * Counter: (index / 4, step, stream, 0); the element is word index mod 4. Key: the seed's low and high words.
 */
export function uniformAt(key: readonly [number, number], step: number, stream: number, index: number): number {
  const block = Math.floor(index / 4)
  return wordToUnit(philox([block >>> 0, step >>> 0, stream >>> 0, 0], key)[index & 3] ?? 0)
}

/** The two key words of a seed: any safe integer, its low and high 32 bits. */
export function seedKey(seed: number): [number, number] {
  return [seed >>> 0, Math.floor(seed / 0x100000000) >>> 0]
}

/** A sequence drawn from one (seed, stream): what the host needs for initial weights, shuffles and splits. */
export class RandomStream {
  private readonly keyLow: number
  private readonly keyHigh: number
  private readonly stream: number
  private position = 0
  private readonly words = new Uint32Array(4)

  constructor(seed: number, stream: number) {
    const [low, high] = seedKey(seed)
    this.keyLow = low
    this.keyHigh = high
    this.stream = stream >>> 0
  }

  /** The next unsigned 32-bit word. */
  word(): number {
    const { words } = this
    const lane = this.position % 4
    if (lane === 0) {
      const block = this.position / 4
      words[0] = block
      words[1] = block / 0x100000000
      words[2] = this.stream
      // The fourth counter word is 1 here and 0 in `uniformAt`: host and program never share numbers.
      words[3] = 1
      philoxInPlace(words, this.keyLow, this.keyHigh)
    }
    this.position++
    return words[lane] as number
  }

  /** Uniform in [0, 1), with 53 random bits. */
  uniform(): number {
    const high = this.word() >>> 5
    const low = this.word() >>> 6
    return (high * 0x4000000 + low) * 2 ** -53
  }

  /** Standard normal, by Box and Muller's transform. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    return radius * Math.cos(2 * Math.PI * this.uniform())
  }

  /** A whole number in [0, bound), without bias (Lemire's rejection needs 64 bits; 53 random bits suffice here). */
  below(bound: number): number {
    return Math.floor(this.uniform() * bound)
  }

  /** Shuffles in place (Fisher and Yates) and returns the same array. */
  shuffle<T extends { length: number; [index: number]: number }>(values: T): T {
    for (let last = values.length - 1; last > 0; last--) {
      const other = this.below(last + 1)
      const kept = values[last] as number
      values[last] = values[other] as number
      values[other] = kept
    }
    return values
  }
}
