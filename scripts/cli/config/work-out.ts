import type { Environment } from '../../local/settings.ts'
import { CliError, EXIT } from '../command.ts'
import type { Server } from '../server.ts'
import { configPath, readConfig } from './config-file.ts'
import { type Change, type Plan, planOf } from './difference.ts'
import { KINDS, kindOf } from './kinds.ts'
import { InvalidEntry } from './normal-form.ts'
import { inOrder } from './order.ts'
import { type Present, readPresent } from './present.ts'
import { sectionsIn, type Wanted, wantedBy } from './wanted.ts'

/** What `plan` shows and `apply` does. */
export interface WorkedOut {
  readonly present: Present
  readonly wanted: Wanted
  /** Its changes in the order in which they can be carried out. */
  readonly plan: Plan
}

export interface PlanOptions {
  readonly file: string | undefined
  readonly prune: boolean
  readonly secrets: boolean
  /** `plan`, which sends nothing. */
  readonly isLookedAt?: boolean
}

export const PLAN_HELP = `  FILE               JSON, which may have comments, or a module (.ts, .mjs, .js) whose default export it is; by default
                     tributary.config.json here
  --prune            delete what is there, in a section that the file has, and not in the file
  --secrets          write all secrets again; of one that is there only its end can be compared`

/** Reads file and workspace and compares them. @throws CliError naming everything that is wrong with the file */
export async function workOut(
  server: Server,
  { file, prune, secrets, isLookedAt = false }: PlanOptions,
  env: Environment,
): Promise<WorkedOut> {
  const path = configPath(file)
  const config = await readConfig(path)
  try {
    const present = await readPresent(server, sectionsIn(config))
    const wanted = wantedBy(config, present, { env, withSecrets: secrets, isLookedAt })
    const loose = Object.fromEntries(KINDS.map((kind) => [kind.section, kind.loose]))
    const plan = planOf(present.state, wanted.state, { prune, loose })
    refuseFixed(plan.changes)
    return { present, wanted, plan: { ...plan, changes: inOrder(plan.changes, present.state, wanted.state) } }
  } catch (error) {
    if (!(error instanceof InvalidEntry)) throw error
    const lines = error.errors.map(({ path, message }) => `  ${path === '' ? message : `${path}: ${message}`}`)
    throw new CliError([`${path} cannot be applied:`, ...lines].join('\n'))
  }
}

function refuseFixed(changes: readonly Change[]): void {
  const errors = changes.flatMap(({ kind, section, name, fields }) =>
    kind !== 'change'
      ? []
      : fields
          .filter(({ path }) => kindOf(section)?.fixed.includes(path))
          .map(({ path }) => ({
            path: `${section} (${name}).${path}`,
            message: 'cannot be changed: give it another name',
          })),
  )
  if (errors.length > 0) throw new InvalidEntry(errors)
}

/** One FILE or none. @throws CliError */
export function oneFile(command: string, positionals: readonly string[]): string | undefined {
  if (positionals.length > 1) throw new CliError(`${command} takes one FILE; see --help.`, EXIT.usage)
  return positionals[0]
}
