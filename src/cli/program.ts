/** The command line as commander knows it: commands, arguments, flags, help. What a command does is in its own file. */

import { Command } from 'commander'
import { flagHelp, searchFlagHelp, version } from '../experiment/node.ts'
import { checkScript } from './check.ts'
import { type CommandContext, createContext } from './context.ts'
import { evaluateRun } from './evaluate.ts'
import { type CommandIo, colorsFor, widthOf } from './io.ts'
import { planProgram } from './plan.ts'
import { predictFile } from './predict.ts'
import { writeRunReport } from './report.ts'
import { search } from './search.ts'
import { summarizeRun } from './summary.ts'
import { train } from './train.ts'

const EXAMPLES = `
Examples:
  nabla train mnist --layers 300,75 --epochs 5 --batch 128 --out runs/a
  nabla train iris.csv --target species --out runs/iris
  nabla train experiment.ts
  nabla search experiment.ts --jobs 4
  nabla evaluate runs/a
  nabla predict runs/a digit.png --json
  nabla summary runs/a
  nabla report runs/a
  nabla check mynet.py

Exit codes: 0 fine, 1 a run failed, 2 wrong use, 3 can't be analysed, 130 interrupted.`

const TRAIN_NOTES = `
Every flag is also a variable (NABLA_EPOCHS=5) and stands for a field of an
experiment; --set reaches every other field. Flags beat variables, variables beat
the file. --fields lists all fields. docs/experiments.md has more.

Examples:
  nabla train mnist --layers 300,75 --epochs 5 --batch 128 --out runs/a
  nabla train spiral.ts --set optimizer.learningRate=0.01
  nabla train runs/a/config.json --seed 2      the same again, with another seed
  nabla train --resume runs/a                  goes on with a run that was stopped`

const SEARCH_NOTES = `
Ranges: grid(a, b, …) tries each; choice(a, b, …), uniform(low, high),
logUniform(low, high) and integer(low, high) are drawn from, by --search-seed.
Every trial is a run folder of its own. One that fails is noted, and the search
goes on.

Example:
  nabla search iris.csv --target species --trials 20 --jobs 2 \\
    --vary 'optimizer.learningRate=logUniform(1e-4, 1e-1)' --vary 'network.hidden=grid([32], [64, 32])'`

/** Where an action leaves the exit code. */
export interface Outcome {
  code: number
}

type Flags = Readonly<Record<string, string>>
/** What a command does with its arguments and flags; the exit code. */
type Action = (context: CommandContext, args: readonly string[], flags: Flags) => Promise<number>

/** The program; running it writes to `io` and leaves the exit code in `outcome`. */
export function buildProgram(io: CommandIo, outcome: Outcome): Command {
  const program = withoutProcess(new Command('nabla'), io)
    .description('Feed-forward neural networks: trained fast, explained, and diagnosed.')
    .version(version, '-V, --version', 'print the version')
    .addHelpText('after', EXAMPLES)
  const add = (name: string, description: string, action: Action): Command => {
    const command = withoutProcess(program.command(name), io)
    return command.description(description).action(async () => {
      const flags = command.opts<Flags & { json?: boolean; quiet?: boolean }>()
      outcome.code = await action(createContext(io, flags), command.args, flags)
    })
  }
  const commands = [
    addTrain(add),
    addSearch(add),
    addEvaluate(add),
    addPredict(add),
    addSummary(add),
    addReport(add),
    addPlan(add),
    addCheck(add),
  ]
  for (const command of commands) {
    command.option('--json', 'one JSON document on standard output').option('-q, --quiet', 'no progress and no notes')
  }
  return program
}

/** A flag that may be repeated. */
const collect = (value: string, before: string[] = []): string[] => [...before, value]

type Add = (name: string, description: string, action: Action) => Command

function addTrain(add: Add): Command {
  const command = add('train', 'train a network and save it', (context, [data], flags) => train(context, data, flags))
    .argument(
      '[what]',
      'mnist, a CSV, npz or npy file, a folder of pictures by class, or an experiment: a .ts, .js or .json file, the config.json of a run',
    )
    .option('--config <file>', 'an experiment, where the argument names the data')
    .option('--resume <run>', 'goes on with a run that was stopped or killed')
  for (const { flag, help } of flagHelp()) command.option(flag, help)
  command
    .option('--set <field=value>', 'any field of the experiment; may be repeated', collect)
    .option('--fields', 'lists all fields, and trains nothing')
  return command.addHelpText('after', TRAIN_NOTES)
}

function addSearch(add: Add): Command {
  const command = add('search', 'many runs of an experiment, each with other values', (context, [what], flags) =>
    search(context, what, flags),
  )
    .argument('[what]', 'an experiment (.ts, .js or .json) with search: { vary }, or data, with --vary')
    .option('--resume <search>', 'goes on with a search that was stopped or killed')
    .option('--vary <field=range>', 'what is tried; may be repeated', collect)
  for (const { flag, help } of [...searchFlagHelp(), ...flagHelp()]) command.option(flag, help)
  command.option('--set <field=value>', 'any field of the experiment; may be repeated', collect)
  return command.addHelpText('after', SEARCH_NOTES)
}

function addEvaluate(add: Add): Command {
  return add('evaluate', 'test a saved run: accuracy, confusion matrix', (context, [run = ''], flags) =>
    evaluateRun(context, run, flags),
  )
    .argument('<run>', 'the folder of a run')
    .option('--data <file>', 'a file to test on')
    .option('--metrics <names>', 'further figures: f1,rocAuc')
    .option('--backend <name>', 'what computes (auto)')
    .option('--threads <count>', "how many compute; the machine's cores")
}

function addPredict(add: Add): Command {
  return add('predict', 'what a saved run answers for a picture or for rows', (context, [run = '', file = ''], flags) =>
    predictFile(context, run, file, flags),
  )
    .argument('<run>', 'the folder of a run')
    .argument('<file>', 'a PNG or JPEG picture, or a CSV file with rows')
    .option('--backend <name>', 'what computes (auto)')
    .option('--threads <count>', "how many compute; the machine's cores")
}

function addSummary(add: Add): Command {
  return add('summary', "a saved run's layers, shapes and parameters", (context, [run = '']) =>
    summarizeRun(context, run),
  ).argument('<run>', 'the folder of a run')
}

function addReport(add: Add): Command {
  return add(
    'report',
    "a run's report.html, written anew; of a run that goes on or was killed too",
    (context, [run = '']) => writeRunReport(context, run),
  ).argument('<run>', 'the folder of a run')
}

function addPlan(add: Add): Command {
  return add('plan', 'what a training step is compiled to', (context, [what = ''], flags) =>
    planProgram(context, what, { ...flags, graph: 'graph' in flags }),
  )
    .argument('<what>', 'the folder of a run, an experiment in a file, or sizes: 784-300-75-10')
    .option('--program <name>', 'step (of training) or prediction')
    .option('--batch <count>', "samples in a step; the run's where nothing is said")
    .option('--graph', 'the graph, in place of the kernels made of it')
    .option('--code <language>', 'the code made of the kernels: c, or wat (WebAssembly text)')
    .option('--threads <count>', "that wat is for; the machine's cores")
}

function addCheck(add: Add): Command {
  return add('check', 'what is wrong with a backward pass written by hand in Python', (context, args, flags) =>
    checkScript(context, args, flags),
  )
    .argument('<file>', 'a Python script or a notebook; it is run, with your rights, as you would run it')
    .argument('[args...]', 'after --: what the script itself gets')
    .option('--python <path>', 'the interpreter')
    .option('--timeout <seconds>', 'how long the script may run, all runs together (60)')
    .option('--explain', "the true backward pass beside the script's, formula by formula")
    .option('--verify', 'run the repaired script beside the original, and compare their losses')
    .option('--html <file>', 'the report as a page')
}

/** Nothing of commander's own reaches the process: it writes to `io` and throws. */
function withoutProcess(command: Command, io: CommandIo): Command {
  const colors = colorsFor(io.stdout, io.env)
  return command
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureHelp({ helpWidth: Math.min(100, widthOf(io.stdout)), styleTitle: (text) => colors.bold(text) })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // Whether there are colours was decided with `colors`; commander is not to take them out again.
      getOutHasColors: () => true,
      // Errors are reported in nabla's own form.
      outputError: () => {},
    })
}
