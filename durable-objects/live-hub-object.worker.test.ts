import { evictDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { liveStub, traceStub } from '../platform/stubs.ts'
import { aWatcher, watch } from '../test/support/live-watcher.ts'
import { aToken } from '../test/support/token.ts'
import { aMessage, aWorkspace, deliver, type TestWorkspace } from '../test/support/workspace.ts'

async function nobodyWatches({ id }: TestWorkspace): Promise<void> {
  for (let tries = 0; (await traceStub(env, id, '0').record(Date.now(), [])).length > 0; tries++) {
    expect(tries).toBeLessThan(200)
    await new Promise((resume) => setTimeout(resume, 5))
  }
}

const track = (event: string, more = {}) => ({ type: 'track', event, userId: 'u', messageId: event, ...more })

describe('who watches events', () => {
  test('sees each with what became of it, and the payload as it was accepted', async () => {
    const ws = await aWorkspace()
    const { until, said } = await watch(ws)
    await deliver([
      aMessage(ws, [
        track('Order Placed', { properties: { total: 9 } }),
        { type: 'track', userId: 'u', messageId: 'bad' },
      ]),
    ])
    const { event } = await until(({ event }) => event?.name === 'Order Placed')
    expect(event).toMatchObject({
      messageId: 'Order Placed',
      source: ws.source,
      type: 'track',
      outcome: 'applied',
      canonicalId: expect.stringMatching(/^prf_/),
      receivedAt: expect.stringMatching(/Z$/),
      notes: [],
      flags: [],
      payload: { type: 'track', properties: { total: 9 } },
    })
    const rejected = await until(({ event }) => event?.messageId === 'bad')
    expect(rejected.event).toMatchObject({ outcome: 'rejected', reason: 'missing_name', payload: { userId: 'u' } })
    expect(said.filter(({ type }) => type === 'gap')).toEqual([])
  })

  test('without the right to read people sees no payload, and finds nobody by what is in it', async () => {
    const ws = await aWorkspace()
    const plain = await watch(ws, '', ['events:read'])
    const nosy = await watch(ws, '?text=ada', ['events:read'])
    const byAddress = await watch(ws, '?profile=user_id:u', ['events:read'])
    await deliver([aMessage(ws, [track('x', { properties: { name: 'Ada' } })])])
    expect((await plain.until(({ type }) => type === 'event')).event).not.toHaveProperty('payload')
    await deliver([aMessage(ws, [track('ada-named')])])
    await nosy.until(({ event }) => event?.name === 'ada-named')
    expect([nosy.names(), byAddress.names()]).toEqual([['ada-named'], []])
  })

  test('by name, source, type, outcome, person or text sees just those', async () => {
    const ws = await aWorkspace()
    await deliver([aMessage(ws, [track('first'), { type: 'identify', userId: 'u', traits: { email: 'a@b.co' } }])])
    const watchers = await Promise.all(
      [
        '?events=Order*',
        '?types=identify',
        '?outcomes=rejected,dropped',
        '?sources=src_none',
        '?text=GREEN',
        '?profile=email:A@b.co',
      ].map((query) => watch(ws, query)),
    )
    const last = await watch(ws)
    await deliver([
      aMessage(ws, [
        track('Order Placed'),
        track('Seen', { properties: { colour: 'Green' } }),
        track('Elsewhere', { userId: 'other' }),
        { type: 'identify', userId: 'other', messageId: 'i' },
        { type: 'track', event: 7, userId: 'u', messageId: 'r' },
      ]),
    ])
    await last.until(({ event }) => event?.messageId === 'r')
    const seen = watchers.map(({ said }) =>
      said.filter(({ type }) => type === 'event').map(({ event }) => event.messageId),
    )
    expect(seen).toEqual([['Order Placed'], ['i'], ['r'], [], ['Seen'], ['Order Placed', 'Seen']])
  })

  test('says another filter, pauses and goes on; what is no message is answered with what is wrong', async () => {
    const ws = await aWorkspace()
    const { answer, names, until } = await watch(ws)
    expect(await answer({ type: 'filter', events: ['a'] }, 'filter')).toEqual({
      type: 'filter',
      filter: { events: ['a'] },
    })
    await deliver([aMessage(ws, [track('a'), track('b')])])
    await until(({ event }) => event?.name === 'a')
    await answer({ type: 'pause' }, 'paused')
    await deliver([aMessage(ws, [track('a', { messageId: 'a2' })])])
    await answer({ type: 'resume' }, 'resumed')
    await answer({ type: 'filter' }, 'filter')
    await deliver([aMessage(ws, [track('c')])])
    await until(({ event }) => event?.name === 'c')
    expect(names()).toEqual(['a', 'c'])
    expect(await answer({ type: 'filter', colours: ['red'] }, 'error')).toMatchObject({ errors: [{ path: 'colours' }] })
    expect(await answer('no json', 'error')).toEqual({ type: 'error', errors: [{ path: '', message: 'is no JSON' }] })
    expect(await answer({ type: 'fliter' }, 'error')).toMatchObject({ errors: [{ path: 'type' }] })
    expect(await answer([], 'error')).toMatchObject({
      errors: [{ path: '', message: expect.stringMatching(/object/) }],
    })
    expect(await answer({ type: 'filter', text: 'x'.repeat(2_000) }, 'error')).toMatchObject({ errors: [{}] })
    expect(await answer('{"type":"ping"}', 'pong')).toEqual({ type: 'pong' })
  })

  test('of more than 50 a second is told how many it was not shown, and is shown the failures', async () => {
    const ws = await aWorkspace()
    const { until, said } = await watch(ws)
    const items = Array.from({ length: 300 }, (_, i) => track('x', { messageId: `m${i}`, userId: `u${i % 7}` }))
    await deliver([aMessage(ws, [...items, { type: 'track', userId: 'u', messageId: 'bad' }])])
    await until(({ event }) => event?.messageId === 'bad')
    const { skipped } = await until(({ type }) => type === 'gap')
    const shown = said.filter(({ type }) => type === 'event').length
    expect(shown).toBeLessThanOrEqual(50)
    expect(shown + skipped).toBe(301)
  })

  test('goes on after its object was put out of memory', async () => {
    const ws = await aWorkspace()
    const { until, answer, names } = await watch(ws, '?events=a')
    await evictDurableObject(liveStub(env, ws.id))
    await evictDurableObject(traceStub(env, ws.id, '0'))
    await deliver([aMessage(ws, [track('a'), track('b')])])
    await until(({ event }) => event?.name === 'a')
    await evictDurableObject(liveStub(env, ws.id))
    await answer({ type: 'filter', events: ['b'] }, 'filter')
    await deliver([aMessage(ws, [track('a', { messageId: 'a2' }), track('b', { messageId: 'b2' })])])
    await until(({ event }) => event?.name === 'b')
    expect(names()).toEqual(['a', 'b'])
  })

  test('leaves, and from then on a batch is shown to nobody', async () => {
    const ws = await aWorkspace()
    const first = await watch(ws)
    expect((await traceStub(env, ws.id, '0').record(Date.now(), [])).length).toBe(1)
    first.socket.close(1000, 'enough')
    expect((await first.closed).code).toBe(1000)
    await nobodyWatches(ws)
  })

  test('is of one workspace and sees nothing of another', async () => {
    const [ours, theirs] = [await aWorkspace(), await aWorkspace()]
    const [us, them] = [await watch(ours), await watch(theirs)]
    await deliver([aMessage(ours, [track('ours')]), aMessage(theirs, [track('theirs')])])
    await us.until(({ event }) => event?.name === 'ours')
    await them.until(({ event }) => event?.name === 'theirs')
    expect([us.names(), them.names()]).toEqual([['ours'], ['theirs']])
  })

  test('with a token that is revoked while it watches is told so and sees nothing more', async () => {
    const ws = await aWorkspace()
    const { tokenId, closed, socket } = await watch(ws)
    await env.DB.prepare('DELETE FROM tokens WHERE id = ?').bind(tokenId).run()
    await deliver([aMessage(ws, [track('a')])])
    const { code, reason } = await closed
    expect([code, reason]).toEqual([4401, 'the token was revoked or has expired'])
    expect(socket.readyState).toBe(WebSocket.CLOSED)
    await nobodyWatches(ws)
  })

  test('with a token that may read people no more goes on without payloads', async () => {
    const ws = await aWorkspace()
    const { tokenId, until } = await watch(ws)
    await env.DB.prepare('UPDATE tokens SET scopes = ? WHERE id = ?').bind('["events:read"]', tokenId).run()
    await deliver([aMessage(ws, [track('a')])])
    await until(({ event }) => event?.name === 'a')
    for (let tries = 0; (await traceStub(env, ws.id, '0').record(Date.now(), []))[0]?.seesPeople; tries++) {
      expect(tries).toBeLessThan(200)
      await new Promise((resume) => setTimeout(resume, 5))
    }
    await deliver([aMessage(ws, [track('b')])])
    expect((await until(({ event }) => event?.name === 'b')).event).not.toHaveProperty('payload')
  })

  test('is refused as HTTP with a header, and with a close where only a browser can read it', async () => {
    const ws = await aWorkspace()
    const { text } = await aToken(ws.id, ['events:read'])
    const offered = (token: string) => ({ 'Sec-WebSocket-Protocol': `tributary, token.${token}` })
    const browser = await watch(ws, '', [], offered(text))
    expect(browser.response.headers.get('Sec-WebSocket-Protocol')).toBe('tributary')
    expect(browser.said[0]).toMatchObject({ type: 'hello', payloads: false })
    const codes = await Promise.all(
      [
        watch(ws, '', [], offered('tk_made-up-and-of-the-right-form')),
        watch(ws, '', [], offered((await aToken(ws.id, ['profiles:read'])).text)),
        watch(ws, '?outcomes=lost', [], offered(text)),
      ].map(async (one) => (await (await one).closed).code),
    )
    expect(codes).toEqual([4401, 4403, 4400])
    expect((await aWatcher(ws, '', [], {})).status).toBe(401)
    expect((await aWatcher(ws, '', ['profiles:read'])).status).toBe(403)
  })

  test('as the twenty-first is told to come later', async () => {
    const ws = await aWorkspace()
    for (let i = 0; i < 20; i++) expect((await watch(ws)).status).toBe(101)
    const { closed } = await watch(ws)
    expect((await closed).code).toBe(1013)
  })
})
