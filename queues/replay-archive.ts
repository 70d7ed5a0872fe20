import { z } from 'zod'
import { defineJob, type JobStep } from '../platform/jobs.ts'
import { linesOfPeople } from '../platform/lines-of-people.ts'
import { firstPlace, readArchive } from '../platform/read-archive.ts'
import { REPLAYED_OUTCOMES } from '../shared/contract/start-replay.ts'
import { isObject } from '../shared/kernel/json.ts'
import { matchesName } from '../shared/kernel/name-pattern.ts'
import { isInRange } from '../shared/message/archived-event.ts'
import { type Again, isQueueFull, sendAgain } from './send-again.ts'
import { letterKey, takeOffTheList, type WaitingLetter, waitingLetters } from './waiting-letters.ts'

/**
 * Sends copies that never took effect through the pipeline again, from the archive, in order of arrival by the hour. What
 * was applied is only counted: sent again it would be a duplicate. A copy that waits as a dead letter goes as its letter has
 * it, mended perhaps, and the letter leaves the list.
 */
export const ReplayInput = z.object({
  from: z.int(),
  to: z.int(),
  outcome: z.enum(REPLAYED_OUTCOMES).optional(),
  reason: z.string().optional(),
  events: z.array(z.string()).optional(),
  sources: z.array(z.string()).optional(),
  messageIds: z.array(z.string()).optional(),
  /** Canonical IDs, also those that were merged away. */
  profiles: z.array(z.string()).optional(),
  /** Keyed hashes of identifiers of the same people: what stages refused is nobody's yet. */
  keys: z.array(z.string()).optional(),
})
export type ReplayInput = z.infer<typeof ReplayInput>

const Cursor = z.object({
  hour: z.int(),
  cursor: z.string().nullable(),
  sent: z.int(),
  duplicates: z.int(),
  errors: z.int(),
})
type Cursor = z.infer<typeof Cursor>
type Line = Readonly<Record<string, unknown>>

const PAUSE_MS = 1_000

export const replayArchive = defineJob({
  kind: 'replay',
  input: ReplayInput,
  cursor: Cursor,
  async step(env, { id, workspace, input, cursor }): Promise<JobStep<Cursor>> {
    const before = cursor ?? { ...firstPlace(input.from), sent: 0, duplicates: 0, errors: 0 }
    if (await isQueueFull(env)) return { ...progress(before), waitMs: PAUSE_MS }
    const { lines, next } = await readArchive(env, 'events', before, input.to)
    const { profiles, keys = [] } = input
    const isTheirs = profiles ? await linesOfPeople(env, workspace, { profiles, keys }) : () => true
    const meant = lines.filter((line) => line['workspace'] === workspace && isMeant(line, input) && isTheirs(line))
    const inVain = meant.filter((line) => wasInVain(line, input))
    const letters = await waitingLetters(env, workspace, inVain)
    const again = inVain.map((line) => copyOf(line, letters.get(letterKey(line))))
    const unreadable = await sendAgain(env, id, again)
    const sent = inVain.filter(({ copyId }) => !unreadable.has(String(copyId)))
    await takeOffTheList(
      env,
      workspace,
      sent.flatMap((line) => letters.get(letterKey(line))?.ids ?? []),
    )
    const after = {
      ...(next ?? { hour: before.hour, cursor: null }),
      sent: before.sent + again.length - unreadable.size,
      duplicates:
        before.duplicates + meant.filter(({ outcome }) => outcome === 'applied' || outcome === 'duplicate').length,
      errors: before.errors + unreadable.size,
    }
    return next ? progress(after) : { ...progress(after), finished: true }
  },
})

function progress(cursor: Cursor): JobStep<Cursor> {
  const { sent, duplicates, errors } = cursor
  return { cursor, done: sent, errors, result: { replayed: sent, duplicates, unreadable: errors } }
}

function isMeant(line: Line, input: ReplayInput): boolean {
  if (!isInRange(line, input)) return false
  if (input.messageIds && !input.messageIds.includes(String(line['messageId']))) return false
  return !input.events || input.events.some((pattern) => matchesName(pattern, nameOf(line)))
}

/**
 * What an erased person sent is archived without its item: there is nothing that could come back. Of a copy that was
 * replayed in vain the one it came from is sent, if that is meant as well: else every replay would double them.
 */
function wasInVain(line: Line, input: ReplayInput): boolean {
  if (!isObject(line['item']) || !isOneOf(line, input)) return false
  const before = isObject(line['envelope']) ? line['envelope']['again'] : undefined
  return !isObject(before) || !isOneOf(before, input)
}

function isOneOf(line: Line, { outcome, reason }: ReplayInput): boolean {
  if (!REPLAYED_OUTCOMES.some((one) => one === line['outcome'])) return false
  return (outcome === undefined || line['outcome'] === outcome) && (reason === undefined || line['reason'] === reason)
}

function nameOf({ item }: Line): string {
  const body = isObject(item) ? item['body'] : undefined
  const name = isObject(body) ? (body['event'] ?? body['name']) : undefined
  return typeof name === 'string' ? name : ''
}

/** The very message it came in, with this one item. */
function copyOf(line: Line, letter: WaitingLetter | undefined): Again {
  const envelope = isObject(line['envelope']) ? line['envelope'] : {}
  const { outcome, reason } = line
  const again = { outcome: String(outcome), ...(typeof reason === 'string' ? { reason } : {}) }
  const isGivenUp = line['outcome'] === 'dead_letter' && line['stage'] === 'queue'
  const ingest = letter?.ingest ?? { v: 1, ...envelope, items: [line['item']] }
  return { id: String(line['copyId']), isGivenUp, ingest, again }
}
