/** Damaged files: what a reader of hostile input must answer with an exact error or a valid result. */

import { NablaError } from '../shared/index.ts'

/**
 * Calls `read` with `valid` cut at every length, with each byte flipped in several ways, and with bytes appended.
 * Rethrows anything but a NablaError. Returns how many were refused.
 */
export function damage(valid: Uint8Array, read: (bytes: Uint8Array) => void): number {
  let refused = 0
  for (const bytes of damaged(valid)) {
    try {
      read(bytes)
    } catch (error) {
      if (!(error instanceof NablaError)) throw error
      refused++
    }
  }
  return refused
}

/** The same for a reader that answers later. */
export async function damageAsync(valid: Uint8Array, read: (bytes: Uint8Array) => Promise<void>): Promise<number> {
  let refused = 0
  for (const bytes of damaged(valid)) {
    try {
      await read(bytes)
    } catch (error) {
      if (!(error instanceof NablaError)) throw error
      refused++
    }
  }
  return refused
}

function* damaged(valid: Uint8Array): Generator<Uint8Array> {
  for (let length = 0; length < valid.length; length++) yield valid.slice(0, length)
  for (let at = 0; at < valid.length; at++) {
    for (const mask of [0x01, 0x20, 0x80, 0xff]) {
      const bytes = valid.slice()
      bytes[at] = (bytes[at] ?? 0) ^ mask
      yield bytes
    }
  }
  yield Uint8Array.from([...valid, 0, 1, 2, 3])
}
