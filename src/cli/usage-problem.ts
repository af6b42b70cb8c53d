/** commander's complaints about arguments as problems in nabla's form. */

import type { CommanderError } from 'commander'
import type { Problem } from '../shared/index.ts'

const EXPECTED: Readonly<Record<string, string>> = {
  'commander.unknownOption': 'an option that the command has',
  'commander.unknownCommand': 'a command',
  'commander.missingArgument': 'every argument that the command needs',
  'commander.optionMissingArgument': 'a value after the option',
  'commander.excessArguments': 'no more arguments than the command takes',
  'commander.conflictingOption': 'options that go together',
}

/** "error: unknown option '--epoch'\n(Did you mean --epochs?)" as expected, received and fix. */
export function usageProblem(error: CommanderError): Problem {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n')
  const suggestion = /Did you mean (?:one of )?(.*)\?/.exec(rest.join(' '))?.[1]
  return {
    code: 'E-USAGE',
    where: 'command line',
    expected: EXPECTED[error.code] ?? 'arguments as nabla --help lists them',
    received: first.replace(/\.$/, '').replaceAll("'", '"'),
    fix: suggestion === undefined ? 'see nabla --help, or nabla COMMAND --help.' : `did you mean ${suggestion}?`,
  }
}
