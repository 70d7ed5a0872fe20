import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { apiClient } from '../../test/support/api-client.ts'
import { aMessage, aWorkspace, deliver, settled } from '../../test/support/workspace.ts'

const says = (messageId: string, day: number, traits: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'identify',
  userId: 'u',
  messageId,
  timestamp: `2026-03-0${day}T12:00:00.000Z`,
  traits,
  ...more,
})

describe('the values that a trait was given', () => {
  test('are there newest first, with the one that stands and those that lost, also by a merge', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    await deliver([
      aMessage(ws, [
        says('second', 2, { plan: { name: 'pro', seats: [1, true, null] } }),
        says('first', 1, { plan: 'free', other: 1 }),
        says('of another', 3, { other: 2 }),
        says('elsewhere', 4, { plan: 'team' }, { userId: null, anonymousId: 'a' }),
      ]),
    ])
    const listed = async (trait: string) => (await api('GET', `/profiles/user_id:u/traits/${trait}`)).body.writes
    expect(await listed('plan')).toEqual([
      expect.objectContaining({
        trait: 'plan',
        value: { name: 'pro', seats: [1, true, null] },
        at: '2026-03-02T12:00:00.000Z',
        messageId: 'second',
        source: ws.source,
        outcome: 'stands',
      }),
      expect.objectContaining({ value: 'free', messageId: 'first', outcome: 'lost' }),
    ])
    await deliver([aMessage(ws, [says('joined', 5, { plan: null }, { anonymousId: 'a' })])])
    await settled(ws)
    expect(
      (await listed('plan')).map((one: { messageId: string; outcome: string }) => [one.messageId, one.outcome]),
    ).toEqual([
      ['joined', 'stands'],
      ['elsewhere', 'lost'],
      ['second', 'lost'],
      ['first', 'lost'],
    ])
    expect(await listed('never-said')).toEqual([])
    expect(await listed('__proto__')).toEqual([])
  })

  test('are those of one workspace, for who may read people', async () => {
    const [ours, theirs] = [await aWorkspace(), await aWorkspace()]
    await deliver([aMessage(ours, [says('m', 1, { plan: 'free' })])])
    const path = '/profiles/user_id:u/traits/plan'
    expect((await (await apiClient(theirs))('GET', path)).status).toBe(404)
    expect((await (await apiClient(ours, ['events:read']))('GET', path)).status).toBe(403)
  })
})
