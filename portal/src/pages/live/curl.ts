import type { EventDocument } from '../../../../shared/profile/document.ts'

/** An event of a timeline as an SDK would have sent it. */
export function asSent({ type, name, timestamp, userId, anonymousId, groupId, ...said }: EventDocument): object {
  const { properties, traits, context } = said
  const named = type === 'track' ? { event: name } : { name }
  const content = type === 'identify' || type === 'group' ? { traits: traits ?? {} } : { ...named, properties }
  return { userId, anonymousId, groupId, ...content, context, timestamp }
}

/** A command that sends the same again. With its messageId it would be a duplicate, so that is left out. */
export function curlOf(origin: string, writeKey: string, type: string | undefined, payload: unknown): string {
  const { messageId: _, ...event } = payload as Record<string, unknown>
  const body = JSON.stringify(event)
  return `curl ${quoted(`${origin}/v1/${type ?? 'batch'}`)} -u ${quoted(`${writeKey}:`)} -H 'Content-Type: application/json' -d ${quoted(body)}`
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
