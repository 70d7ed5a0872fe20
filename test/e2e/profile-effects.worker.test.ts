import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { EffectMessage } from '../../shared/message/effect-message.ts'
import type { ProfileEffect } from '../../shared/profile/effect.ts'
import { apiClient } from '../support/api-client.ts'
import { aMessage, aWorkspace, deliver, ledgerOf, settled, type TestWorkspace } from '../support/workspace.ts'

/** An environment whose effects queue only remembers. */
function recording() {
  const told: ProfileEffect[] = []
  const sendBatch = async (messages: Iterable<MessageSendRequest>) => {
    for (const { body } of messages) {
      for (const effect of EffectMessage.parse(JSON.parse(String(body))).effects)
        if (effect.kind === 'profile') told.push(effect)
    }
  }
  return { told, environment: { ...env, EFFECTS: { sendBatch } as unknown as Queue } }
}

/** What reached the archive of a workspace by the effects queue, which delivers a moment later. */
async function archived(ws: TestWorkspace, count: number): Promise<readonly Record<string, unknown>[]> {
  for (let tries = 0; tries < 300; tries++) {
    const lines = [...(await ledgerOf(ws, 'effects')).values()]
    const changes = lines.filter((line) => String(line['type']).startsWith('profile.'))
    if (changes.length >= count) return changes
    await new Promise((resume) => setTimeout(resume, 20))
  }
  throw new Error(`fewer than ${count} changes of profiles were archived`)
}

describe('what is told about profiles', () => {
  test('created by the first event, updated by new traits and identifiers, silent otherwise', async () => {
    const ws = await aWorkspace()
    const { told, environment } = recording()
    const send = (item: Record<string, string | object>) =>
      deliver([aMessage(ws, [{ userId: 'u', ...item } as never])], 1, environment)
    await send({ type: 'track', event: 'x', messageId: 'm1' })
    await send({ type: 'track', event: 'x', messageId: 'm2' })
    await send({ type: 'identify', traits: { plan: 'pro' }, messageId: 'm3' })
    await send({ type: 'identify', traits: { plan: 'pro' }, messageId: 'm4', timestamp: '2020-01-01T00:00:00.000Z' })
    await send({ type: 'track', event: 'x', anonymousId: 'a', messageId: 'm5' })
    expect(
      told.map(({ change, messageId, traits, identifiers }) => ({ change, messageId, traits, identifiers })),
    ).toEqual([
      { change: 'created', messageId: 'm1', traits: [], identifiers: ['user_id:u'] },
      { change: 'updated', messageId: 'm3', traits: ['plan'], identifiers: [] },
      { change: 'updated', messageId: 'm5', traits: [], identifiers: ['anonymous_id:a'] },
    ])
  })

  test('a batch that is delivered again tells the same again, under the same keys', async () => {
    const ws = await aWorkspace()
    const { told, environment } = recording()
    const message = aMessage(ws, [
      { type: 'identify', userId: 'u', traits: { plan: 'pro' } },
      { type: 'identify', userId: 'u', traits: { city: 'Lodz' } },
      { type: 'track', userId: 'u', event: 'x' },
    ])
    await deliver([message], 1, environment)
    const first = told.splice(0)
    expect(first.map(({ change }) => change)).toEqual(['created', 'updated'])
    await deliver([message], 2, environment)
    expect(told.map(({ key, change }) => ({ key, change }))).toEqual(first.map(({ key, change }) => ({ key, change })))
  })

  test('merged, unmerged and deleted are told once each, and reach the archive', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    await deliver([aMessage(ws, [{ type: 'track', event: 'x', anonymousId: 'a' }])])
    await deliver([aMessage(ws, [{ type: 'track', event: 'x', anonymousId: 'b' }])])
    const merged = await api('POST', '/profiles/anonymous_id:a/merge', { with: 'anonymous_id:b' })
    const { mergeId, winner, loser } = (await api('GET', `/profiles/${merged.body.id}/identity`)).body.merges[0]
    await api('POST', `/profiles/${winner}/unmerge`, { mergeId })
    await api('DELETE', `/profiles/${loser}`)
    await settled(ws)
    const lines = await archived(ws, 3)
    expect(lines.map(({ type, canonicalId, other }) => [type, canonicalId, other ?? null]).sort()).toEqual([
      ['profile.deleted', loser, null],
      ['profile.merged', winner, loser],
      ['profile.unmerged', winner, loser],
    ])
  })
})
