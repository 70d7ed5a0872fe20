import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { profileStub, TRACES, traceStub } from '../../platform/stubs.ts'
import type { CanonicalId } from '../../shared/kernel/id.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { apiClient } from '../support/api-client.ts'
import { runJobs } from '../support/run-jobs.ts'
import { aMessage, aWorkspace, deliver, ledgerOf, locate, profileOf } from '../support/workspace.ts'

const track = (fields: JsonObject, name = 'Click') => ({ type: 'track', event: name, ...fields })
const identify = (fields: JsonObject, traits: JsonObject = {}) => ({ type: 'identify', traits, ...fields })

async function aPersonToErase() {
  const ws = await aWorkspace()
  const api = await apiClient(ws)
  await deliver([aMessage(ws, [track({ anonymousId: 'x' }), track({ userId: 'other' })])])
  await deliver([
    aMessage(ws, [identify({ userId: 'u', anonymousId: 'x' }, { email: 'ann@example.com', name: 'Ann' })]),
  ])
  const id = (await locate(ws, 'user_id', 'u')) as CanonicalId
  return { ws, api, id }
}

async function aLetter(ws: { readonly id: string }, id: string, stage: string, body: JsonObject) {
  await env.DB.prepare(
    "INSERT INTO dead_letters (workspace, id, stage, reason, attempts, at, body) VALUES (?, ?, ?, 'x', 3, 0, ?)",
  )
    .bind(ws.id, id, stage, JSON.stringify(body))
    .run()
}

describe('erasing a person', () => {
  test('takes away what a destination did not take: only letters with items were looked into', async () => {
    const { ws, api, id } = await aPersonToErase()
    const other = await locate(ws, 'user_id', 'other')
    await aLetter(ws, 'd-theirs', 'destination', { destination: 'dst_1', effect: { profile: id } })
    await aLetter(ws, 'd-other', 'destination', { destination: 'dst_1', effect: { profile: other } })
    await api('DELETE', '/profiles/user_id:u')
    await runJobs(ws)
    const left = await env.DB.prepare('SELECT id FROM dead_letters WHERE workspace = ?').bind(ws.id).all()
    expect(left.results).toEqual([{ id: 'd-other' }])
  })

  test('is answered by a receipt that closes when every store has forgotten', async () => {
    const { ws, api, id } = await aPersonToErase()
    await aLetter(ws, 'd1', 'apply', { items: [{ body: { type: 'track', event: 'x', userId: 'u' } }] })
    const { status, body } = await api('DELETE', '/profiles/email:Ann@example.com')
    expect(status).toBe(202)
    expect((await api('GET', '/profiles/user_id:u')).status).toBe(404)
    expect((await api('GET', `/profiles/${id}`)).status).toBe(404)
    await runJobs(ws)
    const receipt = (await api('GET', `/erasures/${body.erasureId}`)).body
    expect(receipt).toMatchObject({ profile: id, state: 'closed', mode: 'erase' })
    const removed = Object.fromEntries(
      receipt.stores.map((one: { store: string; removed: number }) => [one.store, one.removed]),
    )
    expect(removed).toMatchObject({ dead_letters: 1, archive: 2 })
    const left = JSON.stringify([...(await ledgerOf(ws)).values()])
    expect(left).not.toContain('ann@example.com')
    expect(left).toContain('other')
    expect(await profileStub(env, ws.id, id).read({ meta: false })).toEqual({ kind: 'unknown' })
    expect((await profileOf(ws, 'user_id', 'other')).eventCounts).toEqual({ Click: 1 })
  })

  test('takes their lines out of the trace, with what destinations did: a receipt had closed over them', async () => {
    const { ws, api, id } = await aPersonToErase()
    await deliver([
      aMessage(ws, [track({ userId: 'u', messageId: 'theirs' }), track({ userId: 'other', messageId: 'others' })]),
    ])
    const line = { destination: 'dst_1', outcome: 'delivered', attempts: 1, at: Date.now() } as const
    const trace = traceStub(env, ws.id, TRACES[0] as string)
    await trace.recordDeliveries(Date.now(), [
      { ...line, messageId: 'theirs' },
      { ...line, messageId: 'others' },
    ])
    expect((await api('GET', '/events/theirs/trace')).status).toBe(200)
    const { erasureId } = (await api('DELETE', `/profiles/${id}`)).body
    await runJobs(ws)
    expect((await api('GET', '/events/theirs/trace')).status).toBe(404)
    expect(await trace.findDeliveries('theirs')).toEqual([])
    expect(await trace.findDeliveries('others')).toHaveLength(1)
    expect((await api('GET', '/events/others/trace')).status).toBe(200)
    const { stores } = (await api('GET', `/erasures/${erasureId}`)).body
    const removed = Object.fromEntries(
      stores.map((one: { store: string; removed: number }) => [one.store, one.removed]),
    )
    // Two to begin with, the one of now, and its delivery.
    expect(removed).toMatchObject({ trace: 4, deliveries: 0 })
  })

  test('nothing comes back: not by what is on its way, not by what happened before', async () => {
    const { ws, api, id } = await aPersonToErase()
    const before = new Date(Date.now() - 1_000).toISOString()
    await api('DELETE', '/profiles/user_id:u')
    await deliver([aMessage(ws, [track({ userId: 'u', messageId: 'on-its-way' })])])
    await runJobs(ws)
    await deliver([aMessage(ws, [track({ userId: 'u', messageId: 'old', timestamp: before })])])
    expect(await locate(ws, 'user_id', 'u')).toBeNull()
    const lines = [...(await ledgerOf(ws)).values()].filter((line) => line['reason'] === 'suppressed')
    expect(lines.map((line) => line['messageId']).sort()).toEqual(['old', 'on-its-way'])
    // What is refused is counted, and not kept.
    expect(JSON.stringify(lines)).not.toContain('"userId"')
    await deliver([aMessage(ws, [track({ userId: 'u' }, 'Back')])])
    const anew = await profileOf(ws, 'user_id', 'u')
    expect(anew.id).not.toBe(id)
    expect(anew.eventCounts).toEqual({ Back: 1 })
  })

  test('with mode suppress nobody comes back until a person lifts it', async () => {
    const { ws, api } = await aPersonToErase()
    const { erasureId } = (await api('DELETE', '/profiles/user_id:u?mode=suppress')).body
    expect((await api('POST', `/erasures/${erasureId}/lift`)).status).toBe(409)
    await runJobs(ws)
    await deliver([aMessage(ws, [track({ userId: 'u' })])])
    expect(await locate(ws, 'user_id', 'u')).toBeNull()
    expect((await api('POST', `/erasures/${erasureId}/lift`)).body.state).toBe('lifted')
    await deliver([aMessage(ws, [track({ userId: 'u' })])])
    expect(await locate(ws, 'user_id', 'u')).not.toBeNull()
  })

  test('merging with the erased is 404, and so is erasing them again', async () => {
    const { api } = await aPersonToErase()
    await api('DELETE', '/profiles/user_id:u')
    expect((await api('POST', '/profiles/user_id:other/merge', { with: 'user_id:u' })).status).toBe(404)
    expect((await api('DELETE', '/profiles/user_id:u')).status).toBe(404)
    expect((await api('GET', '/erasures/ers_nobody')).status).toBe(404)
  })
})
