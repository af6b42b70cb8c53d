/**
 * `npm run examples`: runs every program of examples/ against dist/, which is what a user gets, and prints a table of
 * what each network did where it was asked about and what it reaches here. `npm run examples -- 4 07` runs some.
 */

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inProject, runScript, SetupError } from './project.mjs'
import { setUp } from './setup.mjs'
import { stripTypes } from './strip-types.mjs'

await runScript(async () => {
  const chosen = chooseExamples(process.argv.slice(2))
  await setUp()
  const folder = await stripTypes('examples')
  const rows = []
  for (const file of chosen) {
    const { run } = await import(pathToFileURL(join(folder, file.replace(/\.ts$/, '.js'))).href)
    const start = performance.now()
    const report = await run()
    rows.push({ ...report, seconds: (performance.now() - start) / 1000 })
    process.stdout.write(`${[report.name, ...report.lines.map((line) => `  ${line}`)].join('\n')}\n\n`)
  }
  process.stdout.write(formatTable(rows))
  return 0
})

/** @throws SetupError for a number that no example has. */
function chooseExamples(wanted) {
  const all = readdirSync(inProject('examples')).filter((name) => /^\d\d-.*(?<!\.test)\.ts$/.test(name))
  const chosen = wanted.map((number) => {
    const found = all.find((name) => name.startsWith(`${number.padStart(2, '0')}-`))
    if (found === undefined) throw new SetupError(`There is no example ${number}; there are ${all.join(', ')}.`)
    return found
  })
  return chosen.length === 0 ? all.sort() : chosen
}

function formatTable(rows) {
  const columns = [
    ['example', (row) => row.name],
    ['before', (row) => row.before],
    ['here', (row) => row.reached],
    ['seconds', (row) => row.seconds.toFixed(1)],
  ]
  const cells = [columns.map(([title]) => title), ...rows.map((row) => columns.map(([, cell]) => cell(row)))]
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i].length)))
  const lines = cells.map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd(),
  )
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '))
  return `${lines.join('\n')}\n`
}
