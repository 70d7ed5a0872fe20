import { enqueueIngest, longestBacklog } from '../platform/event-queues.ts'
import { contentHash } from '../platform/hashing.ts'
import { IngestMessage } from '../shared/message/ingest-message.ts'

/**
 * Puts copies that never took effect on the EVENTS queues again. Each is a new copy, named after the job and the old one:
 * a step that is repeated sends the same copies, and the meters count them as what they are, one more each. It keeps when
 * it arrived, because a message without a time of its own happened then.
 */
export interface Again {
  /** The copy, or the dead letter: whatever names it. */
  readonly id: string
  /** Its queue gave it up, so nobody knows how far it came: it is the same copy to its profile. */
  readonly isGivenUp?: boolean
  /** What had become of it, when the archive says so. */
  readonly again?: IngestMessage['again']
  /** An ingest message with one item, as JSON value. */
  readonly ingest: unknown
}

/** Messages that may wait in the queues before a repair adds to them. */
const MOST_WAITING = 500

export async function isQueueFull(env: Env): Promise<boolean> {
  return (await longestBacklog(env)) > MOST_WAITING
}

/** Answers the ids of what could not be read as a message. @throws when no queue takes one: the step is tried again */
export async function sendAgain(env: Env, job: string, copies: readonly Again[]): Promise<ReadonlySet<string>> {
  const unreadable = new Set<string>()
  const bySource = new Map<string, string[]>()
  for (const { id, ingest, again, isGivenUp } of copies) {
    const parsed = IngestMessage.safeParse(ingest)
    if (!parsed.success) {
      unreadable.add(id)
      continue
    }
    const { items } = parsed.data
    const message: IngestMessage = {
      ...parsed.data,
      ...(isGivenUp ? { items: items.map((item) => ({ ...item, copyOf: item.copyOf ?? id })) } : {}),
      origin: 'replay',
      requestId: `${job}-${contentHash(id).slice(0, 16)}`,
      again,
    }
    bySource.set(message.source, [...(bySource.get(message.source) ?? []), JSON.stringify(message)])
  }
  for (const [source, texts] of bySource) {
    const left = await enqueueIngest(env, texts, source, job)
    if (left.length > 0) throw new Error(`no event queue takes ${left.length} messages`)
  }
  return unreadable
}
