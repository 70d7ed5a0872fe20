import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '../../shared/kernel/json.ts'
import { IngestMessage } from '../../shared/message/ingest-message.ts'
import { batchFields } from './envelope.ts'
import { packRequest } from './pack-request.ts'

const facts = {
  requestId: 'r1',
  source: 'src_a',
  trust: 'public' as const,
  receivedAt: 1_000,
  ip: null,
  userAgent: null,
}
const track = (fields: JsonObject = {}): JsonObject => ({
  type: 'track',
  event: 'x',
  userId: 'u',
  messageId: 'm',
  ...fields,
})

function pack(items: readonly JsonValue[], batch: JsonObject = {}, types = {}) {
  const packed = packRequest(structuredClone(items) as JsonValue[], facts, batchFields(batch, new Headers()), types)
  const messages = packed.texts.map((text) => IngestMessage.parse(JSON.parse(text)))
  return { ...packed, messages, items: messages.flatMap((message) => message.items) }
}

const bytes = (text: string) => Buffer.byteLength(text)

describe('packing', () => {
  test('a small request is one message', () => {
    expect(pack([track(), track()]).texts.length).toBe(1)
  })

  test.each([
    ['one byte a character', 'x'],
    ['two', 'ż'],
    ['three', '語'],
    ['four', '🦊'],
    ['an escape', '\u0001'],
    ['a lone surrogate', '\ud83e'],
  ])('messages stay under one billing step when text has %s, and no item is lost or moved', (_, character) => {
    const items = Array.from({ length: 200 }, (_, i) => track({ n: i, text: character.repeat(1_000) }))
    const { texts, items: packed } = pack(items)
    expect(texts.length).toBeGreaterThan(2)
    for (const text of texts) expect(bytes(text)).toBeLessThanOrEqual(60_000)
    for (const text of texts.slice(0, -1)) expect(bytes(text)).toBeGreaterThan(45_000)
    expect(packed.map((item) => item.i)).toEqual(items.map((_, i) => i))
    expect(packed.map((item) => (item.body as { n: number }).n)).toEqual(items.map((_, i) => i))
  })

  test('an item above the step goes alone, and even with the largest envelope fits a queue message', () => {
    const context = { x: 'x'.repeat(24_000) }
    const batch = { context, integrations: context, sentAt: '2026-03-15T12:00:00Z' }
    const large = track({ text: 'x'.repeat(65_000) })
    const { texts, rejected } = pack([track(), large, track()], batch)
    expect(rejected).toEqual([])
    expect(texts.length).toBe(3)
    for (const text of texts) expect(bytes(text)).toBeLessThan(127_000)
  })

  test('the shard goes by the first person', () => {
    expect(pack([track({ anonymousId: 'a1' })]).person).toBe('a1')
    expect(pack([track({ anonymousId: null })]).person).toBe('u')
    expect(pack([null]).person).toBe('')
  })
})

describe('limits of an item', () => {
  const fill = (size: number) => {
    const empty = bytes(JSON.stringify(track({ text: '' })))
    return track({ text: 'é'.repeat((size - empty) / 2) + 'x'.repeat((size - empty) % 2) })
  }

  test('64 KB of UTF-8 are taken; one byte more is rejected alone, and a note remains', () => {
    const { items } = pack([fill(65_536), fill(65_537), track()])
    expect(items.map((item) => item.reject?.code)).toEqual([undefined, 'too_large', undefined])
    const note = items[1]?.body as { messageId: string; bytes: number; excerpt: string }
    expect(note).toMatchObject({ messageId: 'm', notKept: true, bytes: 65_537 })
    expect(note.excerpt.length).toBe(1_000)
    expect(JSON.stringify(fill(65_537)).startsWith(note.excerpt)).toBe(true)
  })

  test('a batch-level object lies under every item, so one that is too large or too deep takes all of them', () => {
    const tooLarge = pack([track(), track()], { context: { x: 'x'.repeat(30_000) } })
    expect(tooLarge.rejected.map(({ code, path }) => [code, path])).toEqual([
      ['too_large', 'context'],
      ['too_large', 'context'],
    ])
    expect(tooLarge.messages[0]).not.toHaveProperty('context')
    let deep: JsonObject = {}
    for (let i = 0; i < 40; i++) deep = { deep }
    expect(pack([track()], { integrations: deep }).items[0]?.reject?.code).toBe('too_deep')
    expect(pack([track()], { context: 'text', integrations: null }).rejected).toEqual([])
  })

  test('keys as long as an event do not come back as the path of a rejection', () => {
    let deep: JsonObject = {}
    for (let i = 0; i < 40; i++) deep = { ['k'.repeat(1_000)]: deep }
    const { items, texts } = pack([track({ properties: deep })])
    expect(items[0]?.reject?.code).toBe('too_deep')
    expect(items[0]?.reject?.path.length).toBeLessThanOrEqual(200)
    expect(bytes(texts[0] as string)).toBeLessThan(45_000)
  })
})

describe('the messageId the edge makes', () => {
  const made = (item: JsonObject, source = 'src_a', types = {}) => {
    const { texts } = packRequest([item], { ...facts, source }, batchFields(undefined, new Headers()), types)
    return (JSON.parse(texts[0] as string) as IngestMessage).items[0]?.messageId
  }
  const timed = { type: 'track', event: 'x', userId: 'u', timestamp: '2026-03-15T12:00:00Z' }

  test('is none when the client sent one, and one when it is blank', () => {
    expect(made(track())).toBeUndefined()
    expect(made(track({ messageId: 42 }))).toBeUndefined()
    for (const messageId of ['', '  ', null]) expect(made(track({ messageId }))).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('is the same for the same message sent again, whatever the transport added', () => {
    const first = made({ ...timed })
    expect(first).toMatch(/^[0-9a-f]{32}$/)
    const { type, event, userId, timestamp } = timed
    expect(made({ userId, timestamp, event, type, sentAt: 'now', _metadata: { retryCount: 3 }, writeKey: 'k' })).toBe(
      first,
    )
  })

  test('differs by body, by time, by source and by the type in the path', () => {
    const ids = [
      made({ ...timed }),
      made({ ...timed, userId: 'v' }),
      made({ ...timed, timestamp: '2026-03-15T12:00:01Z' }),
      made({ ...timed }, 'src_b'),
      made({ ...timed, type: undefined as never }, 'src_a', { type: 'page' }),
      made({ ...timed, type: undefined as never }, 'src_a', { type: 'screen' }),
    ]
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('is random without a time: two equal messages may be two events', () => {
    const untimed = { type: 'track', event: 'x', userId: 'u' }
    expect(made({ ...untimed })).not.toBe(made({ ...untimed }))
    expect(made({ ...timed, timestamp: 'yesterday' })).not.toBe(made({ ...timed, timestamp: 'yesterday' }))
  })
})
