import { z } from 'zod'
import { ConfigStore } from '../platform/config-store.ts'
import { enqueueIngest, waitingMessages } from '../platform/event-queues.ts'
import { contentHash, identifierKey } from '../platform/hashing.ts'
import { MOST_LISTED, type RowError, readFilePage, writeErrors } from '../platform/import-files.ts'
import { defineJob, type JobStep } from '../platform/jobs.ts'
import { MESSAGE_BYTES, packed } from '../platform/queue-packing.ts'
import { identityStub } from '../platform/stubs.ts'
import type { Identifier } from '../shared/identity/identifier.ts'
import type { IdentitySettings } from '../shared/identity/identity-settings.ts'
import { IMPORT_FORMATS, type Page, READ_START, ReadState } from '../shared/import/import-format.ts'
import { listPlan, listRow } from '../shared/import/list-row.ts'
import { readPage } from '../shared/import/read-page.ts'
import { toIso } from '../shared/kernel/instant.ts'
import { listMark } from '../shared/segment/list-mark.ts'
import { finishList } from './finish-list.ts'
import { importFailed, importFinished, importProgress, MOST_WAITING, PAUSE_MS } from './import-progress.ts'

/** A file of people for a segment. */
export const MembersInput = z.object({
  key: z.string(),
  bytes: z.int(),
  format: z.enum(IMPORT_FORMATS),
  source: z.string(),
  /** The token that began it. */
  tokenId: z.string(),
  segment: z.string(),
  create: z.boolean(),
  replace: z.boolean(),
  /** The segment was made for this file. */
  isNew: z.boolean(),
  /** When it was uploaded: the mark that it leaves. */
  at: z.int(),
})
export type MembersInput = z.infer<typeof MembersInput>

const MembersCursor = z.object({
  offset: z.int(),
  read: ReadState,
  accepted: z.int(),
  rejected: z.int(),
  /** When the last row was sent. */
  sentAt: z.int().optional(),
})
type MembersCursor = z.infer<typeof MembersCursor>

const START: MembersCursor = { offset: 0, read: READ_START, accepted: 0, rejected: 0 }

/** A change of configuration is seen everywhere within so long. */
const KNOWN_MS = 6_000
/** After the queues are empty their last batches are still being worked on; who is replaced must not leave and come back. */
const SETTLE_MS = { add: 500, replace: 3_000 } as const
/** Queues that are never empty have taken our messages by then: they keep no order, but no message waits for a minute. */
const LONGEST_SETTLE_MS = 60_000

/**
 * One step is one page of the file: who its rows name is asked of the identity graph, all at once; each gets the mark of
 * the list by an identify, through the ordinary queues; who is not known is reported, or made when that was asked for.
 * A step done again sends the same messages under the same ids.
 */
export const importMembers = defineJob({
  kind: 'import-members',
  input: MembersInput,
  cursor: MembersCursor,
  async step(env, { id, workspace, input, cursor }, now): Promise<JobStep<MembersCursor>> {
    const before = cursor ?? START
    const waiting = await waitingMessages(env)
    if (before.sentAt !== undefined) {
      const passed = now - before.sentAt
      const settled =
        (waiting === 0 && passed >= SETTLE_MS[input.replace ? 'replace' : 'add']) || passed >= LONGEST_SETTLE_MS
      if (!settled) return { ...importProgress(before, input.bytes), waitMs: PAUSE_MS }
      await finishList({ env, workspace, tokenId: input.tokenId, now }, input)
      return importFinished(env, input, before)
    }
    if (before.offset >= input.bytes) return importProgress({ ...before, sentAt: now }, input.bytes)
    // Whoever gets the mark before all know of the segment would enter it with their next event only.
    if (input.isNew && now < input.at + KNOWN_MS)
      return { ...importProgress(before, input.bytes), waitMs: input.at + KNOWN_MS - now }
    if (waiting > MOST_WAITING) return { ...importProgress(before, input.bytes), waitMs: PAUSE_MS }

    const config = await new ConfigStore(env.DB).workspace(workspace)
    if (typeof config === 'string') throw new Error('the configuration cannot be read')
    const { text, isLast } = await readFilePage(env, input.key, before.offset, input.bytes)
    const page = readPage(input.format, text, isLast, before.read)
    if (page.failed !== undefined) return importFailed(env, input, before, page.failed)
    if (page.consumed === 0) return importFailed(env, input, before, 'the file cannot be read further')
    const columns = page.state.header?.columns
    const plan = columns && listPlan(columns, config.settings.identity)
    if (columns && !plan)
      return importFailed(env, input, before, 'no column names a type of identifier (user_id, email, …)')

    const { people, errors } = await peopleOf(env, workspace, page, plan, config.settings.identity, input.create)
    await send(env, `${id}-${before.offset}`, people, input)
    await writeErrors(env, workspace, id, before.offset, errors.slice(0, Math.max(0, MOST_LISTED - before.rejected)))
    const after: MembersCursor = {
      offset: before.offset + page.consumed,
      read: page.state,
      accepted: before.accepted + people.length,
      rejected: before.rejected + errors.length,
    }
    return importProgress(after, input.bytes)
  },
})

interface ListedPerson {
  readonly row: number
  readonly identifier: Identifier
}

async function peopleOf(
  env: Env,
  workspace: string,
  page: Page,
  plan: ReturnType<typeof listPlan>,
  settings: IdentitySettings,
  create: boolean,
): Promise<{ readonly people: readonly ListedPerson[]; readonly errors: readonly RowError[] }> {
  const rows = page.rows.map((raw) => ({ raw, read: listRow(raw, plan, settings) }))
  const keyOf = ({ type, match }: Identifier) => identifierKey(env.IDENTITY_SECRET, workspace, type, match)
  const keys = new Set(rows.flatMap(({ read }) => (read.ok ? read.value.map(keyOf) : [])))
  const known = new Set(keys.size === 0 ? [] : await identityStub(env, workspace).known([...keys]))
  const people: ListedPerson[] = []
  const errors: RowError[] = []
  for (const { raw, read } of rows) {
    const { row, line } = raw
    const found = read.ok
      ? (read.value.find((one) => known.has(keyOf(one))) ?? (create ? read.value[0] : undefined))
      : undefined
    if (found) people.push({ row, identifier: found })
    else if (!read.ok) errors.push({ row, line, fault: read.failure })
    else errors.push({ row, line, fault: { ...UNKNOWN, column: read.value[0]?.type ?? '' } })
  }
  return { people, errors }
}

const UNKNOWN = { code: 'unknown_person', message: 'nobody with this identifier is known' }

/** @throws when no queue takes a message: the step is tried again */
async function send(env: Env, requestId: string, people: readonly ListedPerson[], input: MembersInput): Promise<void> {
  const { source, at, segment } = input
  const opening = JSON.stringify({ v: 1, requestId, source, trust: 'server', origin: 'import', receivedAt: at }).slice(
    0,
    -1,
  )
  const texts = people.map(({ row, identifier: { type, value } }, i) => {
    const messageId = contentHash(`${input.key}\n${row}`)
    const context = { externalIds: [{ type, id: value }] }
    const body = { type: 'identify', timestamp: toIso(at), context, traits: { [listMark(segment)]: at } }
    return JSON.stringify({ i, messageId, body })
  })
  for (const [part, group] of packed(texts, MESSAGE_BYTES - opening.length).entries()) {
    const left = await enqueueIngest(env, [`${opening},"items":[${group.join()}]}`], source, `${requestId}.${part}`)
    if (left.length > 0) throw new Error('no event queue takes the rows')
  }
}
