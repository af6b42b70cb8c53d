/** Bundles the JavaScript of dist/: one file for each door, and what they share. Packages stay outside. */

import { relative } from 'node:path'
import { inProject, SetupError } from './project.mjs'

/** The doors, by the names that package.json and bin/ give them, and what runs as a process of its own. */
const DOORS = {
  index: 'index.ts',
  node: 'node.ts',
  ops: 'ops/index.ts',
  cli: 'cli/index.ts',
  trial: 'experiment/search/trial-process.ts',
}

/**
 * Files that stand beside the source are found from where a module would lie by itself: its own place is put in for
 * import.meta.url, which in a bundle is that of the bundle. All bundles lie in the folder itself.
 */
const ownPlaces = {
  name: 'own-places',
  transform(code, id) {
    if (!code.includes('import.meta.url')) return undefined
    const place = JSON.stringify(`./${relative(inProject('src'), id).replace(/\.ts$/, '.js')}`)
    return { code: code.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`), moduleType: 'ts' }
  },
}

/**
 * The engine reads a text of ASCII alone as bytes, one with a single other character as two bytes for each: what
 * stands in strings, templates and regular expressions (there is nothing else, without comments) is escaped.
 */
const escaped = (code) =>
  code.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

const asciiOnly = {
  name: 'ascii-only',
  generateBundle(_, files) {
    for (const file of Object.values(files)) if (file.type === 'chunk') file.code = escaped(file.code)
  },
}

/**
 * What a door loads is one file, with all that it imports: each file more costs a millisecond. A door that is opened by
 * another one too is a file of its own.
 */
const groups = ['ops/index.ts', 'index.ts', 'node.ts'].map((door, place) => ({
  name: door.replace(/(\/index)?\.ts$/, ''),
  test: (id) => id === inProject('src', door),
  priority: 3 - place,
}))

/** Puts what identifies this text where it is asked for: src/backend/native/build.ts. */
const buildNamed = (hash) => ({
  name: 'build',
  transform: (_, id) =>
    id === inProject('src/backend/native/build.ts') ? `export const build = ${JSON.stringify(hash)}` : undefined,
})

/** @param hash of the source. @throws SetupError where the bundler fails. */
export async function bundleSource(folder, hash) {
  try {
    // Loaded here: in a fresh clone it is installed only after this file was.
    const { rolldown } = await import('rolldown')
    const input = Object.fromEntries(Object.entries(DOORS).map(([name, path]) => [name, inProject('src', path)]))
    const isPackage = (id) => !/^[./]/.test(id)
    const bundle = await rolldown({
      input,
      external: isPackage,
      platform: 'neutral',
      plugins: [ownPlaces, asciiOnly, buildNamed(hash)],
    })
    const chunkFileNames = 'chunk-[name]-[hash].js'
    await bundle.write({ dir: folder, format: 'esm', chunkFileNames, comments: false, codeSplitting: { groups } })
    await bundle.close()
  } catch (error) {
    throw new SetupError(`The bundler failed: ${error.message}; dist/ is as it was.`)
  }
}
