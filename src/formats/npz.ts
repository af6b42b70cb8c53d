/** npz: named npy arrays in a zip archive, as `numpy.savez` writes them and `numpy.load` reads them. */

import { NablaError } from '../shared/index.ts'
import { decodeNpy, encodeNpy } from './npy.ts'
import { formatError, type StoredTensor } from './tensor.ts'

const SUFFIX = '.npy'
/** With what it unpacks by, loaded at the first archive: most programs read none. */
const loadZip = () => import('./zip.ts')
/** Where nothing is said, an archive may unpack to this much: a forged one must not fill the memory. */
const MOST_BYTES = 2 ** 30

export interface NpzOptions {
  /** The most bytes that all arrays together may unpack to; 1 GiB where nothing is said. */
  mostBytes?: number
}

/**
 * The arrays of an npz file, by name, in the archive's order. `where` is what errors call it, such as its path.
 * @throws NablaError E-DATA for an archive or an array that is damaged, cut off or too large; E-UNSUPPORTED as
 *   `decodeNpy`, and for encryption or zip64.
 */
export async function decodeNpz(bytes: Uint8Array, where: string, options: NpzOptions = {}): Promise<StoredTensor[]> {
  const seen = new Set<string>()
  const members = (await loadZip()).decodeZip(bytes, where, options.mostBytes ?? MOST_BYTES)
  return members.map((member): StoredTensor => {
    const place = `${where}, ${JSON.stringify(member.name.slice(0, 100))}`
    if (!member.name.endsWith(SUFFIX)) {
      throw formatError(place, 'an array, named *.npy', 'another file', 'save it with numpy.savez.')
    }
    const name = member.name.slice(0, -SUFFIX.length)
    if (seen.has(name)) throw formatError(place, 'names that differ', 'one twice', 'rename one of the arrays.')
    seen.add(name)
    return { name, ...decodeNpy(member.bytes, place) }
  })
}

/**
 * The bytes of an npz file: equal arrays give equal bytes. Deflated unless `compress` is false.
 * @throws NablaError E-NAME for a name that is repeated; E-SHAPE where data and shape differ; E-UNSUPPORTED beyond 4 GiB.
 */
export async function encodeNpz(
  tensors: readonly StoredTensor[],
  options: { compress?: boolean } = {},
): Promise<Uint8Array> {
  const names = new Set<string>()
  for (const { name } of tensors) {
    if (names.has(name)) {
      const fix = 'rename one of them.'
      const received = JSON.stringify(name)
      throw new NablaError({ code: 'E-NAME', where: 'encodeNpz', expected: 'names that differ', received, fix })
    }
    names.add(name)
  }
  const members = tensors.map((tensor) => ({ name: `${tensor.name}${SUFFIX}`, bytes: encodeNpy(tensor) }))
  const { encodeZip } = await loadZip()
  return encodeZip(members, options.compress ?? true)
}
