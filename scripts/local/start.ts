import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { newSignInLink } from '../../platform/sign-in-links.ts'
import { bootstrapStatements } from '../bootstrap.ts'
import { type DevFile, removeDevFile, writeDevFile } from './dev-file.ts'
import { drain } from './drain.ts'
import { assertFreePort } from './free-port.ts'
import { applyMigrations } from './migrations.ts'
import { type LocalRuntime, startRuntime } from './runtime.ts'
import { type LocalSecrets, loadOrMakeSecrets, writeKeyOf } from './secrets.ts'
import { localSettings, REPOSITORY, StartError } from './settings.ts'
import { claimStateFolder } from './state-folder.ts'
import { untilSignal } from './until-signal.ts'

/**
 * The life of a local Tributary: brings everything up, says so, and ends cleanly (contracts/http.md, "Starting it" and "Operations").
 * Expected reasons not to start are one clear line and exit code 1; a defect shows its stack.
 */
export async function start(): Promise<void> {
  try {
    await run()
    process.exit(0)
  } catch (error) {
    console.error(error instanceof StartError ? error.message : error)
    process.exit(1)
  }
}

/** The whole end takes less than 30 s; starting and stopping the runtime need the rest. */
const DRAIN_MS = 25_000
/** So long senders are told to come again (503), even when there is nothing to drain; a closed port tells them nothing. */
const REFUSE_MS = 1_000
const HEALTHY_WITHIN_MS = 20_000
const CRON_EVERY_MS = 60_000

async function run(): Promise<void> {
  const { port, stateFolder } = localSettings(process.env)
  await assertFreePort(port)
  const signal = untilSignal()
  const folder = claimStateFolder(stateFolder)
  process.once('exit', () => {
    if (folder.release()) removeDevFile(stateFolder)
  })
  removeDevFile(stateFolder) // From a process that was killed.
  const dataFolder = join(stateFolder, 'data')
  const secrets = loadOrMakeSecrets(stateFolder, dataFolder)
  const runtime = await startRuntime({
    port,
    dataFolder,
    secrets: { WRITE_KEY_SECRET: secrets.writeKeySecret, IDENTITY_SECRET: secrets.identitySecret },
  })
  const cron = new AbortController()
  try {
    await prepareDatabase(runtime, secrets)
    await untilHealthy(runtime)
    const url = `http://127.0.0.1:${port}`
    const { workspace, apiToken } = secrets.first
    announce(
      stateFolder,
      { url, workspace, writeKey: writeKeyOf(secrets), apiToken },
      await signInUrl(runtime, secrets, url),
    )
    void everyMinute(runtime, cron.signal)
    await signal
    cron.abort()
    removeDevFile(stateFolder)
    const refused = sleep(REFUSE_MS)
    const left = await drain({ ask: runtime.ask, now: Date.now, sleep }, DRAIN_MS)
    await refused
    await runtime.stop()
    console.log(`drained, ${left ?? 'unknown number of'} messages left`)
  } finally {
    cron.abort()
    await runtime.stop()
  }
}

/** The first workspace is made once, all of it or nothing: what somebody deletes from it later stays deleted. */
async function prepareDatabase({ database, splitSql }: LocalRuntime, { first }: LocalSecrets): Promise<void> {
  await applyMigrations(database, join(REPOSITORY, 'd1-migrations'), splitSql)
  const known = await database.prepare('SELECT id FROM workspaces WHERE id = ?').bind(first.workspace).all()
  if (known.results.length > 0) return
  await database.batch(bootstrapStatements(first).map(({ sql, params }) => database.prepare(sql).bind(...params)))
}

/** A link that opens the portal once, unless somebody revoked the first token. */
async function signInUrl(
  { database }: LocalRuntime,
  { first }: LocalSecrets,
  url: string,
): Promise<string | undefined> {
  const { workspace, tokenId } = first
  const known = await database
    .prepare('SELECT id FROM tokens WHERE workspace = ? AND id = ?')
    .bind(workspace, tokenId)
    .all()
  if (known.results.length === 0) return undefined
  const link = newSignInLink(workspace, tokenId, Date.now())
  await database.batch(link.statements.map(({ sql, params }) => database.prepare(sql).bind(...params)))
  return `${url}/sign-in?once=${link.once}`
}

/** @throws StartError with the last answer when the server does not become healthy */
async function untilHealthy(runtime: LocalRuntime): Promise<void> {
  const giveUpAt = Date.now() + HEALTHY_WITHIN_MS
  for (;;) {
    const answer = await runtime.fetch('/health')
    const text = await answer.text()
    if (answer.status === 200) return
    if (Date.now() > giveUpAt) throw new StartError(`The server does not become healthy: ${answer.status} ${text}`)
    await sleep(200)
  }
}

function announce(stateFolder: string, facts: DevFile, signIn: string | undefined): void {
  writeDevFile(stateFolder, facts)
  const width = Math.max(facts.writeKey.length, facts.apiToken.length) + 8
  console.log(
    [
      `Tributary is running at ${facts.url}`,
      `  write key   ${facts.writeKey.padEnd(width)}for SDKs`,
      `  api token   ${facts.apiToken.padEnd(width)}Authorization: Bearer ${facts.apiToken}`,
      ...(signIn ? [`  portal      ${signIn}   signs you in, once`] : []),
    ].join('\n'),
  )
}

/** The local runtime has no clock for cron triggers. A run that takes longer than a minute delays the next one. */
async function everyMinute(runtime: LocalRuntime, stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    try {
      await sleep(CRON_EVERY_MS, undefined, { signal: stopped })
      await runtime.runScheduled()
    } catch (error) {
      if (!stopped.aborted) console.error('The scheduled run failed:', error)
    }
  }
}
