import { z } from 'zod'
import { type MembersPage, membersPage } from '../platform/audience.ts'
import { settingsOf } from '../platform/destination-settings.ts'
import { waitingMessages } from '../platform/event-queues.ts'
import { contentHash } from '../platform/hashing.ts'
import { inPool } from '../platform/in-pool.ts'
import { defineJob, type JobStep } from '../platform/jobs.ts'
import { sendOwnTraits } from '../platform/own-traits.ts'
import { PLUGIN_COLUMNS, type PluginRow, pluginConfigOf } from '../platform/plugin-row.ts'
import { askService } from '../platform/plugin-service.ts'
import { profileStub } from '../platform/stubs.ts'
import type { CanonicalId } from '../shared/kernel/id.ts'
import { isObject, type JsonObject, type JsonValue } from '../shared/kernel/json.ts'
import { traitsIn } from '../shared/plugin/batch-answer.ts'
import { pluginType } from '../shared/plugin/index.ts'
import type { PluginConfig } from '../shared/plugin/plugin-config.ts'
import { resultsIn } from '../shared/plugin/service-answer.ts'
import type { ProfileDocument } from '../shared/profile/document.ts'
import { MOST_WAITING, PAUSE_MS } from './import-progress.ts'

/**
 * One run of a batch plugin over the members of its segment. A step is one page: their profiles are read and posted, and
 * the traits that are answered go the way of every event. A step done again asks under the same key and writes the same.
 */
export const RunInput = z.object({
  plugin: z.string(),
  /** Names the run: the hour that it is due in, or who began it by hand. */
  run: z.string(),
  /** When it began: the traits are true from then on. */
  at: z.int(),
})
export type RunInput = z.infer<typeof RunInput>

const RunCursor = z.object({
  place: z.string().nullable(),
  page: z.int(),
  asked: z.int(),
  written: z.int(),
  errors: z.int(),
  /** The first of them, for whoever mends the service. */
  firstError: z.string().nullable(),
})
type RunCursor = z.infer<typeof RunCursor>

const START: RunCursor = { place: null, page: 0, asked: 0, written: 0, errors: 0, firstError: null }

/** Scoring a page may take a model some time; nobody waits for it. */
const ASK_MS = 30_000
const BYTES_PER_PERSON = 17 * 1024
/** Profiles read side by side. */
const READ_AT_ONCE = 16

export const runPlugin = defineJob({
  kind: 'run-plugin',
  input: RunInput,
  cursor: RunCursor,
  async step(env, { workspace, input, cursor }): Promise<JobStep<RunCursor>> {
    const before = cursor ?? START
    const row = await env.DB.prepare(`SELECT ${PLUGIN_COLUMNS} FROM plugins WHERE workspace = ? AND id = ?`)
      .bind(workspace, input.plugin)
      .first<PluginRow>()
    if (!row) return { ...progress(before), failed: 'the plugin was taken out' }
    const plugin = pluginConfigOf(row)
    if (pluginType(plugin.type)?.kind !== 'batch') return { ...progress(before), failed: 'this is no batch plugin' }
    if (!plugin.enabled) return { ...progress(before), failed: 'the plugin was disabled' }
    if ((await waitingMessages(env)) > MOST_WAITING) return { ...progress(before), waitMs: PAUSE_MS }
    const settings = settingsOf(env.IDENTITY_SECRET, plugin)
    const limit = Number(settings['pageSize'])
    const page = await membersPage(env, workspace, String(settings['segment']), { limit, cursor: before.place })
    const after = await runPage(env, plugin, settings, input, before, page)
    return { ...progress(after), ...(page.cursor === null ? { finished: true } : {}) }
  },
})

function progress(cursor: RunCursor): JobStep<RunCursor> {
  const { asked, written, errors, firstError } = cursor
  return { cursor, done: asked, total: asked, errors, result: { asked, written, errors, firstError } }
}

/** @throws when the service does not answer: the step is tried again, for about a quarter of an hour */
async function runPage(
  env: Env,
  plugin: PluginConfig,
  settings: JsonObject,
  { run, at }: RunInput,
  before: RunCursor,
  { members, cursor: place }: MembersPage,
): Promise<RunCursor> {
  const people = await profilesOf(env, plugin.workspace, members)
  const next = { ...before, place, page: before.page + 1 }
  if (people.length === 0) return next
  const answers = await asked(env, plugin, settings, run, before.page, people)
  const declared = Array.isArray(settings['traits']) ? settings['traits'].map(String) : []
  const read = people.map(({ id }, i) => ({ id: id as CanonicalId, traits: traitsIn(answers[i], declared) }))
  const written = read.flatMap(({ id, traits }) =>
    traits.ok && traits.value
      ? [{ id, messageId: contentHash(`${plugin.id}\n${run}\n${id}`), traits: traits.value }]
      : [],
  )
  const requestId = `${plugin.id}-${contentHash(run).slice(0, 12)}-${before.page}`
  await sendOwnTraits(env, { source: 'plugins', workspace: plugin.workspace, requestId, at, people: written })
  const failures = read.flatMap(({ traits }) => (traits.ok ? [] : [traits.failure]))
  return {
    ...next,
    asked: before.asked + people.length,
    written: before.written + written.length,
    errors: before.errors + failures.length,
    firstError: before.firstError ?? failures[0] ?? null,
  }
}

/** Those of the page who are still there, as the API shows them. */
async function profilesOf(
  env: Env,
  workspace: string,
  members: MembersPage['members'],
): Promise<readonly ProfileDocument[]> {
  const found = new Map<string, ProfileDocument>()
  await inPool(members, READ_AT_ONCE, async ({ id }) => {
    const read = await profileStub(env, workspace, id).read({ meta: false })
    // Who was merged meanwhile is looked at under the other name, now or in the next run.
    if (read.kind === 'found') found.set(id, read.value)
  })
  return members.flatMap(({ id }) => found.get(id) ?? [])
}

async function asked(
  env: Env,
  plugin: PluginConfig,
  settings: JsonObject,
  run: string,
  page: number,
  people: readonly ProfileDocument[],
): Promise<readonly (JsonValue | undefined)[]> {
  const { id, name, workspace } = plugin
  const ids = people.map((person) => person.id)
  const batch = `plb_${contentHash([id, run, page, ...ids].join('\n'))}`
  const options = isObject(settings['options']) ? settings['options'] : {}
  const body = {
    batch,
    workspace,
    plugin: { id, name },
    run,
    page,
    segment: settings['segment'] ?? null,
    options,
    profiles: people,
  }
  const mostBytes = 64 * 1024 + people.length * BYTES_PER_PERSON
  const answer = await askService(env, { id: batch, body: JSON.stringify(body), settings, ms: ASK_MS, mostBytes })
  if (!answer.ok) throw new Error(`${name}: ${answer.failure.reason}`)
  if (answer.value === undefined) return []
  const results = resultsIn(answer.value, ids, 'id')
  if (!results.ok) throw new Error(`${name}: ${results.failure}`)
  return results.value
}
