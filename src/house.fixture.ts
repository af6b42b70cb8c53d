/**
 * The rules of the house (docs/house.md), applied to source text. What enters is a tree of files by path; what leaves
 * is a list of violations, each a sentence that says what to change. Used by house.test.ts alone.
 */

import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import ts from 'typescript'

/** Source text by path from src/, such as "graph/index.ts". */
export type Tree = ReadonlyMap<string, string>

export interface Import {
  specifier: string
  /** The file it names, as a path from src/; undefined for a package or one of Node's modules. */
  target: string | undefined
  /** Erased by the compiler: `import type`, or nothing but `type` names. */
  typeOnly: boolean
  line: number
}

export interface HouseRules {
  /** In the order in which they may import: each from those before it. */
  rooms: readonly string[]
  /** The packages that what is shipped may import. */
  dependencies: readonly string[]
}

/** Every violation in the tree, in the order of its files. */
export function findViolations(tree: Tree, rules: HouseRules): string[] {
  const imports = new Map([...tree].map(([path, source]) => [path, readImports(path, source)]))
  const files = [...imports]
  return [
    ...files.flatMap(([path, list]) => list.flatMap((entry) => checkImport(path, entry, tree, rules))),
    ...findCycles(imports),
    ...files.filter(([path]) => isBrowserDoor(path)).flatMap(([path]) => findNode(path, imports)),
  ]
}

/** The imports and re-exports of a file, dynamic ones and those in types included. */
export function readImports(path: string, source: string): Import[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true)
  const found: Import[] = []
  const add = (node: ts.Node, specifier: ts.Node | undefined, typeOnly: boolean) => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return
    const { text } = specifier
    const target = text.startsWith('.') ? posix.join(posix.dirname(path), text) : undefined
    const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1
    found.push({ specifier: text, target, typeOnly, line })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier, importsTypesOnly(node.importClause))
    else if (ts.isExportDeclaration(node)) add(node, node.moduleSpecifier, exportsTypesOnly(node))
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node, node.argument.literal, true)
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node, node.arguments[0], false)
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

function importsTypesOnly(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false
  if (clause.isTypeOnly) return true
  const { name, namedBindings } = clause
  if (name !== undefined || namedBindings === undefined || !ts.isNamedImports(namedBindings)) return false
  return namedBindings.elements.length > 0 && namedBindings.elements.every((element) => element.isTypeOnly)
}

function exportsTypesOnly({ isTypeOnly, exportClause }: ts.ExportDeclaration): boolean {
  if (isTypeOnly) return true
  if (exportClause === undefined || !ts.isNamedExports(exportClause)) return false
  return exportClause.elements.length > 0 && exportClause.elements.every((element) => element.isTypeOnly)
}

function roomOf(path: string): string | undefined {
  const slash = path.indexOf('/')
  return slash < 0 ? undefined : path.slice(0, slash)
}

/** The doors that must load in a browser; the command line has none. What lies deeper is behind one of them. */
function isBrowserDoor(path: string): boolean {
  return /^([^/]+\/)?index\.ts$/.test(path) && roomOf(path) !== 'cli'
}

function isTest(path: string): boolean {
  return /\.(test|fixture)\.ts$/.test(path)
}

/** One import against the rules on order, doors and packages. */
function checkImport(path: string, entry: Import, tree: Tree, rules: HouseRules): string[] {
  const at = `${path}:${entry.line}`
  const { specifier, target } = entry
  if (target === undefined) return checkPackage(path, at, specifier, rules)
  if (!tree.has(target)) {
    // Data beside a test is no module of the house.
    return target.endsWith('.ts') ? [`${at} imports ${specifier}, and there is no such file.`] : []
  }
  const from = roomOf(path)
  const to = roomOf(target)
  // The files in src/ itself are the public doors: they may open every room, and no room may look back at them.
  if (to === undefined) return from === undefined ? [] : [`${at} imports ${target}, the public door. Import the room.`]
  if (from === to) return []
  const violations: string[] = []
  // Fixtures are never shipped and stand behind no door; the tests of other rooms may share them.
  const shared = isTest(path) && target.endsWith('.fixture.ts')
  const door = shared || target === `${to}/index.ts` || target === `${to}/node.ts`
  if (!door) violations.push(`${at} reaches past the door of ${to}/. Import ${to}/index.ts (or ${to}/node.ts).`)
  const [own, other] = [rules.rooms.indexOf(from ?? ''), rules.rooms.indexOf(to)]
  if (from !== undefined && own < 0) violations.push(`${path} is in ${from}/, a room that docs/house.md does not have.`)
  // A test may use a later room to check an earlier one: it is never shipped.
  else if (from !== undefined && other > own && !isTest(path)) {
    violations.push(
      `${at} imports ${to}/, which comes after ${from}/. Move the code to a later room, or turn it round.`,
    )
  }
  return violations
}

function checkPackage(path: string, at: string, specifier: string, { dependencies }: HouseRules): string[] {
  if (isTest(path) || isBuiltin(specifier)) return []
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
  return dependencies.includes(name) ? [] : [`${at} imports ${name}, which is not among package.json's dependencies.`]
}

/**
 * Circles of imports, each reported once. Type-only imports do not count: the compiler erases them, so that they
 * cannot leave a module half loaded; across rooms the order forbids them to turn back all the same.
 */
function findCycles(imports: ReadonlyMap<string, readonly Import[]>): string[] {
  const done = new Set<string>()
  const trail: string[] = []
  const cycles: string[] = []
  const visit = (path: string): void => {
    const start = trail.indexOf(path)
    if (start >= 0)
      cycles.push(`These files import each other in a circle: ${[...trail.slice(start), path].join(' -> ')}.`)
    if (start >= 0 || done.has(path)) return
    trail.push(path)
    for (const { target, typeOnly } of imports.get(path) ?? []) if (!typeOnly && target !== undefined) visit(target)
    trail.pop()
    done.add(path)
  }
  for (const path of imports.keys()) visit(path)
  return cycles
}

/** Where a door that browsers use leads to Node's own modules, with the way there. */
function findNode(door: string, imports: ReadonlyMap<string, readonly Import[]>): string[] {
  const cameFrom = new Map<string, string | undefined>([[door, undefined]])
  for (const path of cameFrom.keys()) {
    for (const { target, specifier, typeOnly } of imports.get(path) ?? []) {
      if (typeOnly) continue
      if (isBuiltin(specifier)) {
        const way: string[] = []
        for (let step: string | undefined = path; step !== undefined; step = cameFrom.get(step)) way.unshift(step)
        const fix = 'Move that part behind the node.ts of its room.'
        return [`${door} must load in a browser, and loads ${specifier}: ${way.join(' -> ')}. ${fix}`]
      }
      if (target !== undefined && !cameFrom.has(target)) cameFrom.set(target, path)
    }
  }
  return []
}
