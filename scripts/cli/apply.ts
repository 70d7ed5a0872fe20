import { writePrivately } from '../local/write-privately.ts'
import { FLAG, readArguments, TEXT } from './arguments.ts'
import { isPersonThere, isSure } from './ask.ts'
import { CliError, type Command, EXIT, type Surroundings } from './command.ts'
import { carryOut, idsOf } from './config/carry-out.ts'
import { maskedText, printedPlan, titleOf } from './config/print-plan.ts'
import { oneFile, PLAN_HELP, type WorkedOut, workOut } from './config/work-out.ts'
import { type Server, theServer } from './server.ts'

/** `npx tributary apply`: makes the configuration what the file says. */
export const applyCommand: Command = {
  name: 'apply',
  usage: '[FILE] [--prune] [--yes]',
  summary: 'makes the configuration what a file says',
  help: `Shows what \`plan\` shows, asks, and does it: what is named before what names it, one thing after the other. At the
first refusal it stops and says what was done; once that is mended, the same again goes on. Applied twice it changes
nothing.

${PLAN_HELP}
  --yes              do not ask; without a terminal nothing is done otherwise
  --keys FILE        write the keys of new sources there, readable by you alone: secret keys are shown once

Exit code 0: it is as the file says, 1: it went wrong, 2: it was called wrongly, 130: you said no.`,
  async run(args, surroundings) {
    const { env, out } = surroundings
    const { values, positionals } = readArguments(args, { prune: FLAG, secrets: FLAG, yes: FLAG, keys: TEXT })
    const file = oneFile('apply', positionals)
    const server = theServer(env)
    const found = await workOut(server, { ...values, file }, env)
    const { plan, wanted } = found
    for (const note of wanted.notes) out.write(`${maskedText(note, wanted.hidden)}\n`)
    out.write(`${printedPlan(plan, wanted.hidden)}\n`)
    if (plan.changes.length === 0) return EXIT.done
    if (!values.yes) {
      if (!isPersonThere()) throw new CliError('Nothing was done: there is nobody to ask, and no --yes.', EXIT.usage)
      if (!(await isSure('Apply this?'))) return EXIT.interrupted
    }
    await applyAll(server, found, values.keys, surroundings)
    return EXIT.done
  },
}

async function applyAll(
  server: Server,
  { present, wanted, plan }: WorkedOut,
  keysFile: string | undefined,
  { out }: Surroundings,
): Promise<void> {
  const ids = idsOf(present)
  const keys: Record<string, unknown> = {}
  for (const [done, change] of plan.changes.entries()) {
    const title = titleOf(change)
    try {
      const made = await carryOut(server, change, present, wanted, ids)
      out.write(`${title}: done\n`)
      if (change.section !== 'sources' || change.kind !== 'create') continue
      const { id, writeKey, appKey, secretKey, hookUrl } = made
      keys[change.name] = { id, writeKey, appKey, secretKey, hookUrl }
      // At once: whatever stops us later, it is shown only now.
      if (keysFile !== undefined) writePrivately(keysFile, keys)
      else if (secretKey !== undefined)
        out.write('  its secret key was not shown (--keys FILE keeps it): rotate it to get one\n')
    } catch (error) {
      if (!(error instanceof CliError)) throw error
      const words = maskedText(error.message, wanted.hidden)
      const rest = plan.changes.length - done
      throw new CliError(`${title}: ${words}\nStopped: ${done} done, ${rest} not. The same again goes on from here.`)
    }
  }
  out.write(`Applied: ${plan.changes.length} done.\n`)
}
