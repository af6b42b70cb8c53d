/**
 * Where a sum that is never set back should be: where the training's own function made its zeros, too early or too seldom;
 * else where that function calls what adds to it.
 */

import type { Analysis } from '../analyse.ts'
import { statementOf } from '../trace/location.ts'
import type { Site } from '../trace/trace.ts'
import { headersOf, sitesTo } from './blocks.ts'

const DEPTH = 4
const LISTS = new Set(['list', 'dict', 'tuple'])

/** The function that the training loop stands in. */
function homeOf({ trace }: Analysis): Pick<Site, 'file' | 'function'> | undefined {
  return trace.sites[trace.home ?? -1]
}

/** The site by which the training's own function led to a value; undefined where it did not. */
export function siteAtHome(analysis: Analysis, node: number): number | undefined {
  const home = homeOf(analysis)
  return sitesTo(analysis.trace, node).find((site) => {
    const at = analysis.trace.sites[site]
    return at !== undefined && at.function === home?.function && at.file === home.file
  })
}

/** The statement of the training's own function by which a name got these zeros, alone or in lists. */
export function zerosAtHome(analysis: Analysis, zero: number, before: number): number | undefined {
  const { trace } = analysis
  const home = homeOf(analysis)
  let held = new Set<number>()
  let found: number | undefined
  for (let depth = 0; depth <= DEPTH && found === undefined; depth++) {
    const owners = new Set<number>()
    for (const event of trace.events) {
      const isThis =
        depth === 0 ? event.kind === 'store' && event.node === zero : event.kind === 'bind' && held.has(event.container)
      if (!isThis || (event.kind !== 'store' && event.kind !== 'bind') || event.time > before) continue
      const at = trace.sites[event.site]
      if (event.place === 'name' && at !== undefined && at.function === home?.function && at.file === home.file)
        found = statementOf(trace, event.site)
      if (typeof event.owner === 'number' && LISTS.has(trace.containers.get(event.owner) ?? '')) owners.add(event.owner)
    }
    held = owners
  }
  return found
}

/** The call of the training's own function under which all of some values were computed; undefined where that is none, or not one. */
export function callAtHome(analysis: Analysis, nodes: readonly number[]): number | undefined {
  const sites = new Set(nodes.map((node) => siteAtHome(analysis, node)))
  const [only] = sites
  return sites.size === 1 ? only : undefined
}

/**
 * The call by which a sum was set to these zeros: within the training loop, too seldom where it goes on nevertheless, or
 * in the same function before that loop begins.
 */
export function resetAtHome({ trace }: Analysis, zero: number): number | undefined {
  const loop = trace.sites[trace.home ?? -1]
  const reset = trace.events.findLast((e) => e.kind === 'store' && e.node === zero)
  const at = reset?.kind === 'store' ? trace.sites[reset.site] : undefined
  const name = at?.function.split('.').at(-1)
  const lines = trace.sources.get(loop?.file ?? '')?.split('\n')
  if (loop === undefined || lines === undefined || name === undefined || !/^[a-z_]\w*$/i.test(name)) return undefined
  if (name === '__init__' || (at?.function === loop.function && at.file === loop.file)) return undefined
  const calls = new RegExp(`\\b${name}\\(`)
  const isCall = ({ file, kind, line, endLine }: Site) =>
    file === loop.file && kind === 'Call' && line === endLine && calls.test(lines[line - 1] ?? '')
  const within = trace.sites.findIndex(
    (site) => isCall(site) && headersOf(lines, site.line - 1).includes(loop.line - 1),
  )
  if (within >= 0) return within
  const ahead = trace.sites.findLastIndex(
    (site) => isCall(site) && site.function === loop.function && site.line < loop.line,
  )
  return ahead < 0 ? undefined : ahead
}

/** Whether some function sets an attribute back to zero that is not the one which makes it: it is not called, or too seldom. */
export function hasReset({ trace }: Analysis, place: string): boolean {
  const name = /(\w+)\W*$/.exec(place.replace(/(\[[^\]]*\])+$/, ''))?.[1]
  const zeroing = new RegExp(`\\.${name}\\b[^=]*=\\s*(?:0(?:\\.0*)?\\s*(?:#.*)?$|.*\\bzeros)|\\.fill\\(0`)
  for (const source of trace.sources.values()) {
    const lines = source.split('\n')
    for (const [index, line] of lines.entries()) {
      if (!zeroing.test(line)) continue
      const own = headersOf(lines, index).find((h) => /^\s*def\b/.test(lines[h] ?? ''))
      if (own !== undefined && !/def __init__\b/.test(lines[own] ?? '')) return true
    }
  }
  return false
}
