import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { REPOSITORY } from '../local/settings.ts'
import { writePrivately } from '../local/write-privately.ts'
import { type Commands, deployCommands, dryRun } from './commands.ts'
import { bootstrapFor, knownSecrets, pick, type Secrets, workspaceState, writeKey } from './first-workspace.ts'
import {
  configForAccount,
  databaseId,
  deployedUrl,
  firstRows,
  missingSecrets,
  type Resources,
  resourcesOf,
} from './resources.ts'
import { ask, DeployError, read, show } from './wrangler.ts'

const HELP = `npm run deploy [-- options]

Brings Tributary into the Cloudflare account that wrangler is signed in to: database, queues, bucket, migrations,
secrets, Worker, and the first workspace with its keys. Safe to run again: what exists is kept, what is new is added.

  --dry-run      print the wrangler commands, run none
  --new-token    make another API token with every scope (the first one is shown only once)
  --help         this text

Sign in first: npx wrangler login, or CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID.
NOT VERIFIED against the live service: built from wrangler's documentation and help, tested with recorded output only.`

/** `npm run deploy`: ends with 0, or with 1 and a clear reason. */
export async function deploy(): Promise<void> {
  try {
    await run()
  } catch (error) {
    console.error(error instanceof DeployError ? error.message : error)
    process.exitCode = 1
  }
}

/** Everything a deployment writes on this machine; .wrangler/ is not checked in. */
const FOLDER = join(REPOSITORY, '.wrangler/tributary')
const FILES = {
  config: '.wrangler/tributary/wrangler.toml',
  secrets: '.wrangler/tributary/missing-secrets.json',
  sql: '.wrangler/tributary/first-workspace.sql',
}
const KEPT_SECRETS = '.wrangler/tributary/secrets.json'

async function run(): Promise<void> {
  const options = parse(process.argv.slice(2))
  if (options.help) return console.log(HELP)
  const resources = resourcesOf(await readConfig())
  const commands = deployCommands(resources, FILES)
  if (options['dry-run']) return console.log(dryRun(commands))

  if (!ask(commands.whoAmI).ok) {
    throw new DeployError('Not signed in to Cloudflare. Run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN.')
  }
  mkdirSync(FOLDER, { recursive: true, mode: 0o700 })
  ensureAll(resources, commands)
  show(commands.migrate)
  const { url, secrets } = deployWorker(resources, commands)
  announce(url, commands, secrets, options['new-token'] ?? false)
}

/** @throws DeployError naming the argument at fault */
function parse(args: string[]) {
  const flag = { type: 'boolean' } as const
  try {
    return parseArgs({ args, options: { help: flag, 'dry-run': flag, 'new-token': flag } }).values
  } catch (error) {
    throw new DeployError(`${error instanceof Error ? error.message : error}\n\n${HELP}`)
  }
}

async function readConfig() {
  process.env['WRANGLER_LOG'] ??= 'error'
  const { unstable_readConfig } = await import('wrangler')
  return unstable_readConfig({ config: join(REPOSITORY, 'wrangler.toml') })
}

function ensureAll(resources: Resources, commands: Commands): void {
  const { name } = resources.database
  let id = databaseId(read(commands.listDatabases), name)
  if (id === undefined) {
    show(commands.createDatabase)
    id = databaseId(read(commands.listDatabases), name)
    if (id === undefined) throw new DeployError(`The database ${name} was created, but is not listed. Try again.`)
  }
  for (const { what, check, make } of commands.ensure) {
    if (ask(check).ok) console.log(`${what} is there`)
    else show(make)
  }
  const toml = readFileSync(join(REPOSITORY, 'wrangler.toml'), 'utf8')
  writeFileSync(join(REPOSITORY, FILES.config), configForAccount(toml, id))
}

/** Secrets go up with the code: wrangler refuses a first deployment that lacks a required one. */
function deployWorker(
  resources: Resources,
  commands: Commands,
): { url: string | undefined; secrets: Secrets | undefined } {
  const listed = ask(commands.listSecrets)
  const missing = missingSecrets(resources.secrets, listed)
  if (!missing) throw new DeployError(`Cannot tell which secrets the Worker has:\n${listed.complaint}`)
  const secrets = knownSecrets(join(REPOSITORY, KEPT_SECRETS), resources.secrets, missing.length > 0)
  const output = join(FOLDER, 'output.ndjson')
  const toUpload = join(REPOSITORY, FILES.secrets)
  rmSync(output, { force: true })
  try {
    if (missing.length > 0) writePrivately(toUpload, pick(secrets ?? {}, missing))
    show(missing.length > 0 ? commands.deployWithSecrets : commands.deploy, { WRANGLER_OUTPUT_FILE_PATH: output })
  } finally {
    rmSync(toUpload, { force: true })
  }
  if (missing.length > 0) {
    console.log(
      `\nThe secrets are in ${KEPT_SECRETS}. Keep a copy in a safe place: Cloudflare never shows them again, ` +
        'and without IDENTITY_SECRET the identity graph cannot be read.',
    )
  }
  return { url: deployedUrl(readFileSync(output, 'utf8')), secrets }
}

function announce(url: string | undefined, commands: Commands, secrets: Secrets | undefined, newToken: boolean): void {
  const state = workspaceState(firstRows(read(commands.firstWorkspace))[0])
  const bootstrap = bootstrapFor(state, newToken, Date.now())
  if (bootstrap) {
    const file = join(REPOSITORY, FILES.sql)
    try {
      writeFileSync(file, bootstrap.sql, { mode: 0o600 })
      show(commands.runSql)
    } finally {
      rmSync(file, { force: true })
    }
  }
  const source = bootstrap?.sourceId ?? state.source
  const key = source === undefined ? undefined : writeKey(secrets, source)
  console.log(`\nTributary is deployed at ${url ?? 'the routes of wrangler.toml'}`)
  console.log(`  write key   ${key ?? '(known only where it was first deployed; a new source has its own)'}`)
  console.log(
    `  api token   ${bootstrap?.apiToken ?? '(shown the first time; another one: npm run deploy -- --new-token)'}`,
  )
}
