/** `npm run bench`: what is asked for, and where it goes. Data on stdout and in files, progress on stderr. */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readArguments, type Settings, UsageError } from './arguments.ts'
import { CHARTED, renderChart } from './charts.ts'
import { benchCheck } from './check/run.ts'
import { type BenchDocument, readDocument } from './document.ts'
import { placeFigures, writeMarkdown } from './figures.ts'
import { judgeGoals } from './goals.ts'
import { ITEMS } from './items/index.ts'
import { measure, print } from './session.ts'
import { countVerdicts, goalRows, layOut } from './table.ts'

const HELP = `npm run bench -- [ITEM …] [options]

Items (steps where none is named):
${ITEMS.map(({ name, about }) => `  ${name.padEnd(12)}${about}`).join('\n')}
  check       faults put into scripts, and how many \`nabla check\` names (check --help says more)

  --all            every item
  --peers          other libraries too: installs those in bench/package.json once, looks for Python's
  --only NAMES     only contestants whose names begin so: --only "nabla,PyTorch 1t"
  --rounds N       rounds, at least 5
  --quick          5 short rounds
  --json FILE      the figures as data
  --charts FOLDER  a picture (SVG) for each of ${CHARTED.join(', ')}
  --figures FILE   tables and goals into a page of Markdown, between its marks
  --from FILE      shows what --json wrote, in place of measuring: with --charts and --figures
  --help           this

Exit codes: 0 measured; 1 nabla computed something else than the plain loops; 2 wrong usage.`

/** What can't be written is better known before than after an hour of measuring. */
function checkTargets({ jsonFile, figuresFile, chartFolder, items, fromFile }: Settings): void {
  if (jsonFile !== undefined && !existsSync(dirname(jsonFile))) {
    throw new UsageError(`--json ${jsonFile}: there is no folder ${dirname(jsonFile)}.`)
  }
  if (figuresFile !== undefined) placeFigures(figuresFile, '')
  if (chartFolder !== undefined && fromFile === undefined && !items.some((name) => CHARTED.includes(name))) {
    throw new UsageError(`--charts draws ${CHARTED.join(', ')}: name one of them.`)
  }
}

function write(document: BenchDocument, { jsonFile, chartFolder, figuresFile }: Settings): void {
  if (jsonFile !== undefined) writeFileSync(jsonFile, `${JSON.stringify(document, null, 1)}\n`)
  if (chartFolder !== undefined) {
    mkdirSync(chartFolder, { recursive: true })
    for (const { file, svg } of document.items.flatMap((item) => renderChart(item) ?? [])) {
      writeFileSync(join(chartFolder, file), svg)
      print(`  ${join(chartFolder, file)}`)
    }
  }
  if (figuresFile !== undefined) writeFileSync(figuresFile, placeFigures(figuresFile, writeMarkdown(document)))
}

function printSummary({ goals, warnings }: BenchDocument): void {
  const found = goals.filter(({ verdict }) => verdict !== 'not measured')
  if (goals.length > 0) print(`\nGoals: ${countVerdicts(goals)}`)
  if (found.length > 0) print(layOut(goalRows(found)))
  for (const warning of warnings) print(`WARNING: ${warning}`)
}

async function main(): Promise<void> {
  const settings = readArguments(
    process.argv.slice(2),
    ITEMS.map(({ name }) => name),
  )
  if (settings.help) {
    process.stdout.write(`${HELP}\n`)
    return
  }
  checkTargets(settings)
  // Goals are judged anew: what must be reached may have changed since.
  const read = settings.fromFile === undefined ? undefined : readDocument(settings.fromFile)
  const document =
    read === undefined ? await measure(settings) : { ...read, goals: judgeGoals(read.items, read.machine) }
  printSummary(document)
  write(document, settings)
  const ours = document.items.flatMap(({ contests }) => contests.flatMap(({ measurements }) => measurements))
  if (ours.some(({ agrees, peer }) => !agrees && !peer)) process.exitCode = 1
}

try {
  const [first, ...rest] = process.argv.slice(2)
  if (first === 'check') await benchCheck(rest)
  else await main()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
