import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { profileStub } from '../../platform/stubs.ts'
import type { CanonicalId } from '../../shared/kernel/id.ts'
import { DAY, HOUR, toIso } from '../../shared/kernel/instant.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import {
  aMessage,
  aWorkspace,
  deliver,
  locate,
  profileOf,
  type TestWorkspace,
  timelineOf,
} from '../support/workspace.ts'

/** What people define, from the message on the queue to the ENTER in the timeline. */
const track = (event: string, at: number, properties: JsonObject = {}) => ({
  type: 'track',
  userId: 'u1',
  event,
  properties,
  timestamp: toIso(at),
})
const identify = (traits: JsonObject, at: number) => ({ type: 'identify', userId: 'u1', traits, timestamp: toIso(at) })

async function segmentsOf(workspace: TestWorkspace): Promise<readonly string[]> {
  const id = (await locate(workspace, 'user_id', 'u1')) as CanonicalId
  await runDurableObjectAlarm(profileStub(env, workspace.id, id))
  return (await profileOf(workspace, 'user_id', 'u1')).segments.map(({ key }) => key)
}

test('an upgrade, an abandoned checkout and a loyal value are told, each from what the profile keeps', async () => {
  const workspace = await aWorkspace(
    { windowMs: 0 },
    {
      upgraded: { type: 'trait_changed', path: 'plan', from: 'free', to: 'pro', window: { last: '7d' } },
      loyal: { type: 'trait_held', path: 'city', value: 'Berlin', op: 'at_least', for: '30d' },
      abandoned: {
        type: 'sequence',
        steps: [{ name: 'Checkout Started' }, { name: 'Order Completed', within: '1h', negate: true }],
        window: { last: '7d' },
      },
      spender: {
        type: 'aggregate',
        fn: 'sum',
        event: 'Order Completed',
        property: 'total',
        op: 'gte',
        value: 100,
      },
      'upgraded-spender': {
        type: 'and',
        conditions: [
          { type: 'segment', key: 'upgraded' },
          { type: 'segment', key: 'spender' },
        ],
      },
    },
  )
  const now = Date.now()
  await deliver([
    aMessage(workspace, [
      identify({ plan: 'free', city: 'Berlin' }, now - 60 * DAY),
      identify({ city: 'Berlin' }, now - 2 * DAY),
      track('Checkout Started', now - 5 * HOUR),
      track('Order Completed', now - 2 * HOUR, { total: '60.10' }),
    ]),
  ])
  expect(await segmentsOf(workspace)).toEqual(['abandoned', 'loyal'])
  // A profile that was asleep reads what identifies wrote from its storage.
  await deliver([
    aMessage(workspace, [
      identify({ plan: 'pro' }, now - HOUR),
      track('Order Completed', now - HOUR, { total: 39.9 }),
      track('Order Completed', now - 4.5 * HOUR),
    ]),
  ])
  expect(await segmentsOf(workspace)).toEqual(['loyal', 'spender', 'upgraded', 'upgraded-spender'])
  const timeline = await timelineOf(workspace, (await locate(workspace, 'user_id', 'u1')) as string)
  const changes = timeline.filter(({ source }) => source === 'tributary').map(({ name }) => name)
  expect(changes.sort()).toEqual([
    'abandoned ENTER',
    'abandoned EXIT',
    'loyal ENTER',
    'spender ENTER',
    'upgraded ENTER',
    'upgraded-spender ENTER',
  ])
})
