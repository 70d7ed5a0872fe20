import { FLAG, readArguments, TEXT } from './arguments.ts'
import { CliError, type Command, EXIT, type Surroundings } from './command.ts'
import { COMPACT_HELP, compactCommand } from './lake-compact.ts'
import { printStatus } from './lake-status.ts'
import { verifyCommand } from './lake-verify.ts'
import { theServer } from './server.ts'

/** What can be done with the lake, by the word after `lake`. */
const DOES: Readonly<Record<string, (args: string[], surroundings: Surroundings) => Promise<number>>> = {
  status: lakeStatus,
  compact: compactCommand,
  verify: verifyCommand,
}

export const lakeCommand: Command = {
  name: 'lake',
  usage: 'status|compact|verify',
  summary: 'what is in the lake; makes it compact; compares its layers with each other',
  help: `  lake status [--json]
      tables, rows and bytes by layer, what waits in bronze and for how long, when gold was built

${COMPACT_HELP}

  lake verify [--from DAY] [--to DAY] [--people N] [--json]
      compares what was accepted (ledger), bronze, silver and the timelines of N people (20; all: --people all), copy by
      copy, reads every file and compares it with what the manifest says. One line for each difference, and at the end
      \`verified N events, M differences\`. --from and --to: days of arrival (2026-03-15) or how long ago (7d)

Exit code 0: done, and nothing is wrong; 1: there are differences, or it went wrong; 2: it was called wrongly.`,
  async run([what, ...args], surroundings) {
    const does = what === undefined ? undefined : Object.hasOwn(DOES, what) ? DOES[what] : undefined
    if (!does) throw new CliError(`lake what? ${Object.keys(DOES).join(', ')}; see --help.`, EXIT.usage)
    return does(args, surroundings)
  },
}

async function lakeStatus(args: string[], { env, out }: Surroundings): Promise<number> {
  const { values, positionals } = readArguments(args, { json: FLAG, workspace: TEXT })
  if (positionals.length > 0) throw new CliError('lake status takes only options; see --help.', EXIT.usage)
  await printStatus(theServer(env), values.json, out)
  return EXIT.done
}
