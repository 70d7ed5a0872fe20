import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { mintWriteKey } from '../../platform/hashing.ts'
import { parseInstant, toIso } from '../../shared/kernel/instant.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import type { IngestMessage } from '../../shared/message/ingest-message.ts'
import { handleRequest } from '../../workers/handle-request.ts'
import { FakeQueue } from '../support/fake-env.ts'
import { RECORDED, type RecordedRequest, recordedBody, replayed } from '../support/recorded.ts'
import { aWorkspace, deliver, profileOf, type TestWorkspace, timelineOf } from '../support/workspace.ts'

/** What real SDKs sent, byte for byte, from the wire to the profile. */
async function replay(workspace: TestWorkspace, requests: readonly RecordedRequest[]) {
  const queue = new FakeQueue()
  const edge = { ...env, EVENTS_0: queue, EVENTS_1: queue } as unknown as Env
  const key = mintWriteKey(env.WRITE_KEY_SECRET, workspace.source)
  const answers: (readonly [string, number, string])[] = []
  for (const recorded of requests) {
    const response = await handleRequest(replayed(recorded, key), edge, {} as ExecutionContext)
    answers.push([`${recorded.method} ${recorded.path}`, response.status, await response.text()])
    if (recorded.headers['origin'] !== undefined) {
      expect(response.headers.get('Access-Control-Allow-Origin')).toBe(recorded.headers['origin'])
    }
  }
  const messages = queue.texts.map((text) => JSON.parse(text) as IngestMessage)
  await deliver(messages)
  return { answers, messages, key }
}

interface SentEvent {
  readonly messageId: string
  readonly type: string
  readonly event: string | undefined
  /** By the rule of the contract, written once more, for the time this copy arrived. */
  readonly at: number
}

function sentEvents(requests: readonly RecordedRequest[], key: string, messages: readonly IngestMessage[]) {
  const receivedAt = new Map(
    messages.flatMap((m) => m.items.map((i) => [(i.body as JsonObject)['messageId'], m.receivedAt])),
  )
  const bodies = requests.flatMap((recorded) => recordedBody(recorded, key) ?? [])
  return bodies.flatMap((text): SentEvent[] => {
    const body = JSON.parse(text) as Record<string, string> & { batch?: Record<string, string>[] }
    return (body.batch ?? [body]).map((item) => {
      const [original, given] = [parseInstant(item['originalTimestamp']), parseInstant(item['timestamp'])]
      const sent = parseInstant(item['sentAt'] ?? body['sentAt']) as number
      const both = original !== undefined && given !== undefined
      const arrived = receivedAt.get(item['messageId'] as string) as number
      const at = both ? given : arrived - (sent - ((original ?? given) as number))
      return { messageId: item['messageId'] as string, type: item['type'] as string, event: item['event'], at }
    })
  })
}

describe.each(Object.entries(RECORDED))('%s, as recorded', (name, requests) => {
  test('is answered as it was then, and ends in one profile with the right times', async () => {
    const workspace = await aWorkspace()
    const { answers, messages, key } = await replay(workspace, requests)
    expect(answers.map(([call, status]) => [call, status])).toEqual(
      requests.map(({ method, path, answered }) => [`${method} ${path}`, answered]),
    )
    expect(new Set(answers.filter(([call]) => call.startsWith('POST')).map(([, , body]) => body))).toEqual(
      new Set(['{"success":true}']),
    )
    expect(JSON.stringify(messages)).not.toContain(key)

    const profile = await profileOf(workspace, 'user_id', `u-${name}-fixture`)
    const sent = sentEvents(requests, key, messages)
    const counts: Record<string, number> = {}
    for (const { type, event } of sent) {
      const counted = type === 'track' ? event : type === 'page' || type === 'screen' ? `$${type}` : undefined
      if (counted !== undefined) counts[counted] = (counts[counted] ?? 0) + 1
    }
    expect(profile.eventCounts).toEqual(counts)
    expect(profile.traits).toMatchObject({
      email: `${name}.fixture@example.test`,
      firstName: 'Zoë',
      lastName: "O'Brien-Ñandú",
      name: "Zoë O'Brien-Ñandú",
      plan: 'pro',
      age: 34,
      tags: ['vip', 'β-tester', '日本語'],
    })
    const identifiers = profile.identifiers.map(({ type, value }) => `${type}:${value}`)
    expect(identifiers).toContain(`email:${name}.fixture@example.test`)
    if (sent.some(({ type }) => type === 'alias')) expect(identifiers).toContain(`anonymous_id:prev-${name}-fixture`)

    const timeline = await timelineOf(workspace, profile.id)
    const times = new Map(timeline.map(({ messageId, timestamp }) => [messageId, timestamp]))
    expect(sent.map(({ messageId }) => times.get(messageId))).toEqual(sent.map(({ at }) => toIso(at)))
  })

  test('sent a second time counts once', async () => {
    const workspace = await aWorkspace()
    await replay(workspace, requests)
    const once = await profileOf(workspace, 'user_id', `u-${name}-fixture`)
    await replay(workspace, requests)
    const twice = await profileOf(workspace, 'user_id', `u-${name}-fixture`)
    expect(twice.eventCounts).toEqual(once.eventCounts)
    expect(twice.traits).toEqual(once.traits)
  })
})
