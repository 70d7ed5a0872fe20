import { FLAG, readArguments } from './arguments.ts'
import { type Command, EXIT } from './command.ts'
import { maskedText, printedPlan } from './config/print-plan.ts'
import { oneFile, PLAN_HELP, workOut } from './config/work-out.ts'
import { theServer } from './server.ts'

/** As `terraform plan -detailed-exitcode` has it. */
const DIFFERS = 2

/** `npx tributary plan`: what `apply` would do. */
export const planCommand: Command = {
  name: 'plan',
  usage: '[FILE] [--prune]',
  summary: 'shows how the configuration differs from a file',
  help: `Compares the configuration of the workspace with a file (docs/configuration.md), and changes nothing. + is made by
\`apply\`, ~ is changed, - is deleted. Secrets are never shown.

${PLAN_HELP}
  --detailed-exitcode  end with exit code ${DIFFERS} when there are differences

Exit code 0: compared, 1: the file or the workspace cannot be read, 2: it was called wrongly.`,
  async run(args, { env, out }) {
    const { values, positionals } = readArguments(args, { prune: FLAG, secrets: FLAG, 'detailed-exitcode': FLAG })
    const file = oneFile('plan', positionals)
    const { wanted, plan } = await workOut(theServer(env), { ...values, file, isLookedAt: true }, env)
    for (const note of wanted.notes) out.write(`${maskedText(note, wanted.hidden)}\n`)
    out.write(`${printedPlan(plan, wanted.hidden)}\n`)
    return values['detailed-exitcode'] && plan.changes.length > 0 ? DIFFERS : EXIT.done
  },
}
