import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { planFaults } from '../../shared/tracking-plan/check-plan.ts'
import { TrackingPlanDocument as Rules, type TrackingPlan } from '../../shared/tracking-plan/tracking-plan.ts'
import { FLAG, readArguments, TEXT } from './arguments.ts'
import { type CodePlan, typescriptModule } from './codegen-module.ts'
import { CliError, type Command, EXIT } from './command.ts'
import { pagesOf, readJson, type Server, theServer } from './server.ts'

/** `npx tributary codegen`: a tracking plan as code that does not compile when it is used otherwise. */
export const codegenCommand: Command = {
  name: 'codegen',
  usage: '[PLAN] --out FILE',
  summary: 'writes a typed client for the events of a tracking plan',
  help: `Writes a TypeScript module with a type and a function per event of a plan, to be used with any SDK:

  import { browserEvents } from './events.ts'
  const { orderCompleted } = browserEvents(analytics)
  orderCompleted({ total: 5, currency: 'EUR' })

PLAN is the id or the name of a plan, or a JSON file with one; it may be left out when there is only one. The same plan
gives the same file.

  --out FILE         where to; - prints it
  --language NAME    typescript, which is the only one so far
  --check            writes nothing: ends with exit code ${EXIT.trouble} when the file is not what would be written

Exit code 0: done, 1: it went wrong, 2: it was called wrongly.`,
  async run(args, { env, out }) {
    const { values, positionals } = readArguments(args, { out: TEXT, language: TEXT, check: FLAG })
    const [named, ...more] = positionals
    if (more.length > 0) throw new CliError('codegen takes one PLAN; see --help.', EXIT.usage)
    if (values.out === undefined) throw new CliError('--out says where to write; see --help.', EXIT.usage)
    if ((values.language ?? 'typescript') !== 'typescript')
      throw new CliError('--language is typescript, which is the only one so far.', EXIT.usage)
    const isFile = named !== undefined && /\.json$/i.test(named) && existsSync(named)
    const plan = isFile ? planInFile(named) : await planOfServer(theServer(env), named)
    const text = await typescriptModule(plan)
    if (values.out === '-') out.write(text)
    else if (!values.check) writeFileSync(values.out, text)
    else if (!existsSync(values.out) || readFileSync(values.out, 'utf8') !== text)
      throw new CliError(`${values.out} is not what the plan says: run codegen without --check.`)
    if (values.out !== '-') out.write(`${values.out}: ${plan.events.length} events of ${plan.name}\n`)
    return EXIT.done
  },
}

/** @throws CliError naming what is wrong with the file */
function planInFile(path: string): CodePlan {
  const { name = path, ...rest } = jsonIn(path)
  const { mode, sources, events, unplanned } = rest
  const rules = Rules.safeParse({ mode, sources, events, unplanned })
  const [fault] = rules.success
    ? planFaults(rules.data)
    : rules.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }))
  if (fault || !rules.success) throw new CliError(`${path} is no tracking plan: ${fault?.path} ${fault?.message}.`)
  return { name: String(name), events: rules.data.events }
}

function jsonIn(path: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  } catch (error) {
    throw new CliError(`${path} is no JSON: ${error instanceof Error ? error.message : error}.`)
  }
}

/** @throws CliError when there is none, or it is not clear which is meant */
async function planOfServer(server: Server, named: string | undefined): Promise<CodePlan> {
  if (named?.startsWith('plan_')) return readJson(server, `/api/v1/tracking-plans/${encodeURIComponent(named)}`)
  const plans: TrackingPlan[] = []
  for await (const page of pagesOf<{ trackingPlans: TrackingPlan[] }>(server, '/api/v1/tracking-plans'))
    plans.push(...page.trackingPlans)
  const meant = named === undefined ? plans : plans.filter(({ name }) => name === named)
  const [plan] = meant
  if (plan && meant.length === 1) return plan
  const known = plans.map(({ id, name }) => `  ${id}  ${name}`).join('\n')
  if (!plan) throw new CliError(`There is no tracking plan${named === undefined ? '' : ` ${named}`}.\n${known}`.trim())
  throw new CliError(`There are several; name one by its id:\n${known}`, EXIT.usage)
}
