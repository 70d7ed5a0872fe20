import { CliError, type Command, EXIT, type Surroundings } from './command.ts'
import { COMMANDS } from './commands.ts'

/** `npx tributary <command>`: ends the process with the command's exit code. */
export async function main(args: string[]): Promise<void> {
  process.stdout.on('error', () => process.exit(EXIT.done)) // The reader of a pipe has seen enough.
  try {
    process.exitCode = await run(args, { env: process.env, out: process.stdout })
  } catch (error) {
    console.error(error instanceof CliError ? error.message : error)
    process.exitCode = error instanceof CliError ? error.exitCode : EXIT.trouble
  }
}

/** Answers the exit code. @throws CliError for what the person can do something about */
export async function run(
  args: string[],
  surroundings: Surroundings,
  commands: readonly Command[] = COMMANDS,
): Promise<number> {
  const [name, ...rest] = args
  const wantsHelp = name === undefined || isHelp(name) || name === 'help'
  if (wantsHelp && !rest[0]) {
    surroundings.out.write(`${overview(commands)}\n`)
    return name === undefined ? EXIT.usage : EXIT.done
  }
  const called = wantsHelp ? rest[0] : name
  const command = commands.find((candidate) => candidate.name === called)
  if (!command) throw new CliError(`There is no command ${called}.\n\n${overview(commands)}`, EXIT.usage)
  if (!wantsHelp && !rest.some(isHelp)) return command.run(rest, surroundings)
  surroundings.out.write(`npx tributary ${command.name} ${command.usage}\n\n${command.help}\n`)
  return EXIT.done
}

function isHelp(arg: string): boolean {
  return arg === '--help' || arg === '-h'
}

function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name, usage }) => name.length + usage.length + 1))
  const lines = commands.map(({ name, usage, summary }) => `  ${`${name} ${usage}`.padEnd(width)}   ${summary}`)
  return ['npx tributary <command> [--help]', '', ...lines, '', WHERE].join('\n')
}

const WHERE = `Talks to the local Tributary of TRIBUTARY_STATE (npm start; default .tributary/), else to the one that TRIBUTARY_URL
and TRIBUTARY_TOKEN name.`
