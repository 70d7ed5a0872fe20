import { z } from 'zod'
import { ConfigStore } from '../platform/config-store.ts'
import { recordDeliveries } from '../platform/destination-record.ts'
import { defineJob, type JobStep } from '../platform/jobs.ts'
import { firstPlace, readArchive } from '../platform/read-archive.ts'
import { defaultSettings, type WorkspaceConfig } from '../shared/config/workspace-config.ts'
import { deliveryKey, toldOf } from '../shared/destination/effect-delivery.ts'
import { isObject } from '../shared/kernel/json.ts'
import { matchesName } from '../shared/kernel/name-pattern.ts'
import { eventOfLine, isInRange } from '../shared/message/archived-event.ts'
import type { DeliveryLine } from '../shared/pipeline/trace.ts'
import type { Effect } from '../shared/profile/effect.ts'
import { deliverTo } from './deliver-effects.ts'

/**
 * From the archive to one destination, past the profile: applied events first, then the segment changes that Tributary
 * told, each in order of arrival by the hour. What is delivered was delivered before, so the lanes are told to send it all the same.
 */
export const RedeliveryInput = z.object({
  destination: z.string(),
  from: z.int(),
  to: z.int(),
  events: z.array(z.string()).optional(),
  sources: z.array(z.string()).optional(),
  /** Canonical IDs, also those that were merged away. */
  profiles: z.array(z.string()).optional(),
})
export type RedeliveryInput = z.infer<typeof RedeliveryInput>

const Cursor = z.object({
  stream: z.enum(['events', 'effects']),
  hour: z.int(),
  cursor: z.string().nullable(),
  sent: z.int(),
  errors: z.int(),
})
type Cursor = z.infer<typeof Cursor>
type Line = Readonly<Record<string, unknown>>

/** Objects of the archive in one step, and effects handed over at once: so many are sent before anybody loses patience. */
const OBJECTS = 2
const AT_ONCE = 50

export const redeliverArchive = defineJob({
  kind: 'redelivery',
  input: RedeliveryInput,
  cursor: Cursor,
  async step(env, { workspace, input, cursor }): Promise<JobStep<Cursor>> {
    const before: Cursor = cursor ?? { stream: 'events', ...firstPlace(input.from), sent: 0, errors: 0 }
    const configs = new ConfigStore(env.DB)
    const [destinations, config] = await Promise.all([configs.destinations(workspace), configs.workspace(workspace)])
    if (destinations === 'unreadable') throw new Error('the destinations cannot be read')
    const destination = destinations.find(({ id }) => id === input.destination)
    if (!destination) return { ...progress(before), finished: true }
    const settings = typeof config === 'string' ? defaultSettings : config.settings
    const { lines, next } = await readArchive(env, before.stream, before, input.to, OBJECTS)
    const meant = lines.filter((line) => line['workspace'] === workspace && isMeant(line, input))
    const found = meant.map((line) => effectOf(line, workspace, settings))
    const effects = onceEach(found.flatMap((effect) => effect ?? [])).filter((effect) => isAskedFor(effect, input))
    const told: DeliveryLine[] = []
    for (let i = 0; i < effects.length; i += AT_ONCE) {
      await deliverTo(env, destination, effects.slice(i, i + AT_ONCE), told, true)
    }
    await recordDeliveries(env, workspace, told)
    const counts = { sent: before.sent + effects.length, errors: before.errors + found.filter((one) => !one).length }
    if (next) return progress({ stream: before.stream, ...next, ...counts })
    if (before.stream === 'events') return progress({ stream: 'effects', ...firstPlace(input.from), ...counts })
    return { ...progress({ ...before, ...counts }), finished: true }
  },
})

function progress(cursor: Cursor): JobStep<Cursor> {
  const { sent, errors } = cursor
  return { cursor, done: sent, errors, result: { redelivered: sent, unreadable: errors } }
}

/** What an erased person sent has neither item nor event any more. */
function isMeant(line: Line, input: RedeliveryInput): boolean {
  if (line['outcome'] !== 'applied' || !isInRange(line, input)) return false
  if (!isObject(line['item']) && !isObject(line['event'])) return false
  return !input.profiles || input.profiles.includes(String(line['canonicalId']))
}

function isAskedFor(effect: Effect, { events }: RedeliveryInput): boolean {
  const names = toldOf(effect)?.names ?? []
  return !events || events.some((pattern) => names.some((name) => matchesName(pattern, name)))
}

/** The effect that the line was, under its first key; undefined when the line is not readable. */
function effectOf(line: Line, workspace: string, settings: WorkspaceConfig['settings']): Effect | undefined {
  const profile = String(line['canonicalId'])
  const event = eventOfLine(line, settings)
  if (!event) return undefined
  if (isObject(line['event'])) return { key: event.messageId, kind: 'segment', workspace, profile, event }
  return { key: `${event.source}:${event.messageId}`, kind: 'event', workspace, profile, event }
}

/** A batch that was delivered to us twice stands in the archive twice. */
function onceEach(effects: readonly Effect[]): readonly Effect[] {
  return [...new Map(effects.map((effect) => [deliveryKey(effect), effect])).values()]
}
