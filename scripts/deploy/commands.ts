import type { Resources } from './resources.ts'

/** Every wrangler command of a deployment, in order, as data: `--dry-run` prints the list, a real run walks it. Pure. */
export interface Commands {
  readonly whoAmI: Command
  readonly listDatabases: Command
  readonly createDatabase: Command
  /** For each thing a question that fails when it is not there, and what makes it. */
  readonly ensure: readonly { readonly what: string; readonly check: Command; readonly make: Command }[]
  readonly migrate: Command
  readonly listSecrets: Command
  readonly deploy: Command
  readonly deployWithSecrets: Command
  readonly firstWorkspace: Command
  readonly runSql: Command
}

/** Arguments of wrangler. */
export type Command = readonly string[]

export interface Files {
  readonly config: string
  /** Secrets that the Worker does not have yet. */
  readonly secrets: string
  readonly sql: string
}

/** Tells whether there is a workspace yet, and for which source a write key can be made again. */
const STATE_OF_WORKSPACE =
  "SELECT (SELECT count(*) FROM tokens WHERE workspace = 'default') AS tokens, " +
  "(SELECT id FROM sources WHERE workspace = 'default' ORDER BY created_at, id LIMIT 1) AS source"

export function deployCommands(resources: Resources, files: Files): Commands {
  const config = ['--config', files.config]
  const database = [resources.database.binding, '--remote', ...config]
  return {
    whoAmI: ['whoami', '--json'],
    listDatabases: ['d1', 'list', '--json'],
    createDatabase: ['d1', 'create', resources.database.name, '--update-config=false'],
    ensure: [
      ...resources.queues.map((name) => ({
        what: `queue ${name}`,
        check: ['queues', 'info', name],
        make: ['queues', 'create', name],
      })),
      ...resources.buckets.map((name) => ({
        what: `bucket ${name}`,
        check: ['r2', 'bucket', 'info', name, '--json'],
        make: ['r2', 'bucket', 'create', name, '--update-config=false'],
      })),
    ],
    migrate: ['d1', 'migrations', 'apply', ...database],
    listSecrets: ['secret', 'list', '--format', 'json', ...config],
    deploy: ['deploy', ...config],
    deployWithSecrets: ['deploy', '--secrets-file', files.secrets, ...config],
    firstWorkspace: ['d1', 'execute', ...database, '--json', '--command', STATE_OF_WORKSPACE],
    runSql: ['d1', 'execute', ...database, '--yes', '--file', files.sql],
  }
}

/** The commands as a person would type them, with a word on when each one runs. */
export function dryRun(commands: Commands): string {
  const line = (command: Command, when = '') =>
    `npx wrangler ${command.map(quoted).join(' ')}${when === '' ? '' : `   # ${when}`}`
  return [
    line(commands.whoAmI, 'stops here unless signed in'),
    line(commands.listDatabases),
    line(commands.createDatabase, 'unless it is in the list'),
    ...commands.ensure.flatMap(({ what, check, make }) => [line(check), line(make, `unless there is the ${what}`)]),
    line(commands.migrate),
    line(commands.listSecrets),
    line(commands.deployWithSecrets, 'when secrets are missing: they are made at random'),
    line(commands.deploy, 'otherwise'),
    line(commands.firstWorkspace),
    line(commands.runSql, 'the first time, or with --new-token'),
  ].join('\n')
}

function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`
}
