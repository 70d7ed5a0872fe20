import { existsSync, writeFileSync } from 'node:fs'
import { extname } from 'node:path'
import { FLAG, readArguments } from './arguments.ts'
import { CliError, type Command, EXIT } from './command.ts'
import { DEFAULT_FILE } from './config/config-file.ts'
import { fileOf } from './config/file-of.ts'
import { readPresent } from './config/present.ts'
import { SECTIONS } from './config/wanted.ts'
import { oneFile } from './config/work-out.ts'
import { theServer } from './server.ts'

/** `npx tributary pull`: the present configuration as a file. */
export const pullCommand: Command = {
  name: 'pull',
  usage: '[FILE]',
  summary: 'writes the configuration as a file for plan and apply',
  help: `Writes everything that \`plan\` compares: settings of the workspace that are not their defaults, sources, computed traits,
segments, tracking plans, transformations, plugins, destinations, mappings. In place of secrets stand the names of
variables of the environment, which apply reads them from.

  FILE               by default ${DEFAULT_FILE} here; - is the terminal
  --force            write over a file that is there`,
  async run(args, { env, out }) {
    const { values, positionals } = readArguments(args, { force: FLAG })
    const path = oneFile('pull', positionals) ?? DEFAULT_FILE
    if (path !== '-' && extname(path).toLowerCase() !== '.json')
      throw new CliError('pull writes JSON: name a FILE that ends with .json.', EXIT.usage)
    if (path !== '-' && !values.force && existsSync(path))
      throw new CliError(`${path} is there already; --force writes over it.`)
    const { state } = await readPresent(theServer(env), SECTIONS)
    const { text, variables } = fileOf(state)
    if (path === '-') {
      out.write(text)
      return EXIT.done
    }
    writeFileSync(path, text)
    const count = Object.values(state).reduce((sum, entries) => sum + entries.length, 0)
    out.write(`${path}: ${count} things\n`)
    if (variables.length > 0) out.write(`Secrets are named, not written: ${variables.join(', ')}\n`)
    return EXIT.done
  },
}
