import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../shared/kernel/json.ts'
import type { HookNote, IngestItem } from '../shared/message/ingest-message.ts'
import { aMessage, aWorkspace, deliver, ledgerOf, profileOf, timelineOf } from '../test/support/workspace.ts'
import { COPIES_PER_RECORD } from './normalize-hooks.ts'

/** What the edge put on the queue for a provider's call, and what the consumer makes of it. */
const note = (provider: string, more: Partial<HookNote> = {}): HookNote => ({
  provider,
  query: '',
  headers: {},
  ...more,
})
const item = (body: JsonValue, hook: HookNote, n = 0): IngestItem => ({ i: n * COPIES_PER_RECORD, body, hook })
const delivered = (email: string) => ({
  event: 'delivered',
  email,
  'message-id': `<${email}>`,
  ts_epoch: Date.now() - 1_000,
})

describe('records of webhooks', () => {
  test('delivered twice by the queue are applied once, under the same copies', async () => {
    const ws = await aWorkspace()
    const items = [item(delivered('a@example.com'), note('brevo')), item(delivered('b@example.com'), note('brevo'), 1)]
    const message = aMessage(ws, [], { items, trust: 'server' })
    await deliver([message])
    await deliver([message], 2)
    for (const email of ['a@example.com', 'b@example.com']) {
      const { id } = await profileOf(ws, 'email', email)
      expect(await timelineOf(ws, id)).toHaveLength(1)
    }
    const ledger = await ledgerOf(ws)
    expect([...ledger.keys()].sort()).toEqual([`${message.requestId}.0`, `${message.requestId}.${COPIES_PER_RECORD}`])
    expect([...ledger.values()].map(({ outcome }) => outcome)).toEqual(['applied', 'applied'])
  })

  test('keep the record as it came beside what it told', async () => {
    const ws = await aWorkspace()
    const record = delivered('a@example.com')
    await deliver([aMessage(ws, [], { items: [item(record, note('brevo'))] })])
    const [copy] = (await ledgerOf(ws)).values()
    expect(copy).toMatchObject({ type: 'track', item: { raw: { hook: { provider: 'brevo' }, body: record } } })
  })

  test('about several people become a copy for each, and stay beside none of them', async () => {
    const ws = await aWorkspace()
    const bouncedRecipients = ['a@example.com', 'b@example.com'].map((emailAddress) => ({ emailAddress }))
    const event = {
      eventType: 'Bounce',
      bounce: { bounceType: 'Permanent', bouncedRecipients },
      mail: { messageId: 'm' },
    }
    const message = aMessage(ws, [], { items: [item({ id: 'sns-1', event }, note('ses'))] })
    await deliver([message])
    const ledger = await ledgerOf(ws)
    expect([...ledger.keys()].sort()).toEqual([`${message.requestId}.0`, `${message.requestId}.1`])
    // Its own person's address in the message and among what the profile held; the raw record would add both.
    for (const copy of ledger.values())
      expect((JSON.stringify(copy).match(/@example\.com/g) ?? []).length).toBeLessThan(7)
    const lines = [...ledger.values()].map((copy) => JSON.stringify(copy))
    expect(lines.filter((line) => line.includes('a@example.com') && line.includes('b@example.com'))).toEqual([])
  })

  test('that were packed are read', async () => {
    const ws = await aWorkspace()
    const packed = gzipSync(JSON.stringify(delivered('a@example.com'))).toString('base64')
    await deliver([aMessage(ws, [], { items: [item(packed, note('brevo', { packed: 'gzip' }))] })])
    expect((await profileOf(ws, 'email', 'a@example.com')).identifiers).toBeDefined()
  })

  test.each<[string, IngestItem, string]>([
    ['of a provider that is gone', item({}, note('nobody')), 'there is no provider or connector nobody'],
    ['whose packing is broken', item('%%', note('brevo', { packed: 'gzip' })), ''],
    [
      'that could not be taken apart',
      item('{', note('stripe', { unread: 'the body is not JSON' })),
      'the body is not JSON',
    ],
  ])('%s are dead letters with their reason, and do not hold up their neighbours', async (_, bad, reason) => {
    const ws = await aWorkspace()
    const good: IngestItem = { ...item(delivered('a@example.com'), note('brevo')), i: 5 * COPIES_PER_RECORD }
    const { acked } = await deliver([aMessage(ws, [], { items: [bad, good] })])
    expect(acked).toHaveLength(1)
    const outcomes = [...(await ledgerOf(ws)).values()]
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['applied', 'dead_letter'])
    const letter = outcomes.find(({ outcome }) => outcome === 'dead_letter')
    expect(letter).toMatchObject({ stage: 'normalize', item: bad })
    expect(String(letter?.['reason'])).toContain(reason)
  })

  test('a messageId longer than one may be is its hash', async () => {
    const ws = await aWorkspace()
    const record = { MessageSid: 'S'.repeat(300), MessageStatus: 'delivered', To: '+15558675310' }
    await deliver([aMessage(ws, [], { items: [item(record, note('twilio'))] })])
    const [copy] = (await ledgerOf(ws)).values()
    expect(copy).toMatchObject({ outcome: 'applied', messageId: expect.stringMatching(/^[0-9a-f]{32}$/) })
  })
})
