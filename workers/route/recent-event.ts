import { ConfigStore } from '../../platform/config-store.ts'
import { linesOf, newestKeys } from '../../platform/read-archive.ts'
import { TRACES, traceStub } from '../../platform/stubs.ts'
import type { WorkspaceSettings } from '../../shared/config/workspace-config.ts'
import type { Event } from '../../shared/event/event.ts'
import { type EventSelection, isSelected } from '../../shared/event/event-selection.ts'
import { HOUR } from '../../shared/kernel/instant.ts'
import { isObject } from '../../shared/kernel/json.ts'
import { type ArchivedLine, eventOfLine } from '../../shared/message/archived-event.ts'
import type { Call } from '../http/serve.ts'
import { readFrom } from './find-profile.ts'

/** Objects that one question reads at most, and hours that it goes back. */
const MOST_OBJECTS = 60
const MOST_HOURS = 48

export interface RecentEvent {
  readonly event: Event
  /** `archive`: as it came, before any stage of the workspace; `timeline`: as it went on to its profile. */
  readonly from: 'archive' | 'timeline'
}

export interface Wanted extends EventSelection {
  readonly messageId?: string | undefined
}

/**
 * An event that really happened, to try something on: the one that is named, else the newest of the selection, whatever
 * became of it. It is looked for in the newest objects of the archive, and then in the timeline of who sent last.
 */
export async function recentEvent(call: Call, wanted: Wanted): Promise<RecentEvent | undefined> {
  const { env, workspace } = call
  const config = await new ConfigStore(env.DB).workspace(workspace)
  if (typeof config === 'string') return undefined
  const at = await arrivalOf(call, wanted.messageId)
  if (at === undefined) return undefined
  const archived = await fromArchive(call, config.settings, wanted, at)
  if (archived) return { event: archived, from: 'archive' }
  const event = await fromTimeline(call, wanted.messageId)
  return event && isSelected(wanted, event) ? { event, from: 'timeline' } : undefined
}

/** When the event arrived, or the newest that did; undefined when no trace tells of any. */
async function arrivalOf({ env, workspace }: Call, messageId: string | undefined): Promise<number | undefined> {
  const times = await Promise.all(
    TRACES.map(async (shard) => {
      const stub = traceStub(env, workspace, shard)
      if (messageId !== undefined) return (await stub.find(messageId)).map(({ receivedAt }) => receivedAt)
      return (await stub.list({ limit: 1, since: 0 })).found.map(({ line }) => line.receivedAt)
    }),
  )
  const known = times.flat()
  return known.length > 0 ? Math.max(...known) : undefined
}

async function fromArchive(
  { env, workspace }: Call,
  settings: WorkspaceSettings,
  wanted: Wanted,
  at: number,
): Promise<Event | undefined> {
  let room = MOST_OBJECTS
  for (let back = 0; back < MOST_HOURS && room > 0; back++) {
    const keys = (await newestKeys(env, Math.floor(at / HOUR) * HOUR - back * HOUR)).slice(0, room)
    room -= keys.length
    for (const key of keys) {
      const mine = (await linesOf(env, key)).filter((line) => line['workspace'] === workspace)
      const events = mine.flatMap((line) => asItCame(line, settings) ?? []).filter((event) => isWanted(event, wanted))
      const newest = events.toSorted((a, b) => b.receivedAt - a.receivedAt)[0]
      if (newest) return newest
    }
    // What is named has arrived in this hour, or in a batch that began in the one before.
    if (wanted.messageId !== undefined && back > 0) return undefined
  }
  return undefined
}

function isWanted(event: Event, wanted: Wanted): boolean {
  return (wanted.messageId === undefined || event.messageId === wanted.messageId) && isSelected(wanted, event)
}

/** Without what the stages made of it, its time and flags among that. */
function asItCame(line: ArchivedLine, settings: WorkspaceSettings): Event | undefined {
  const { changes: _, timestamp: __, flags: ___, ...came } = line
  if (isObject(line['item']) && line['item']['profile'] !== undefined) return undefined
  return eventOfLine(came, settings)
}

async function fromTimeline(call: Call, messageId: string | undefined): Promise<Event | undefined> {
  const ref = await tracedProfile(call, messageId)
  if (ref === undefined) return undefined
  const found = await readFrom(ref, call, (stub) => stub.eventForPreview(messageId ?? null))
  return found.ok ? (found.value.value ?? undefined) : undefined
}

/** Whose the event was, or the newest that was anybody's. */
export async function tracedProfile(
  { env, workspace }: Call,
  messageId: string | undefined,
): Promise<string | undefined> {
  for (const shard of TRACES) {
    const stub = traceStub(env, workspace, shard)
    const newest = messageId === undefined ? await stub.newest() : undefined
    const lines = messageId === undefined ? (newest ? [newest] : []) : await stub.find(messageId)
    const applied = lines.find(({ canonicalId }) => canonicalId !== undefined)
    if (applied) return applied.canonicalId
  }
  return undefined
}
