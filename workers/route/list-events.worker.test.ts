import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { traceStub } from '../../platform/stubs.ts'
import { DAY } from '../../shared/kernel/instant.ts'
import type { TraceLine } from '../../shared/pipeline/trace.ts'
import { apiClient } from '../../test/support/api-client.ts'
import { aMessage, aWorkspace, deliver } from '../../test/support/workspace.ts'
import { mergedPages, placesOf } from './trace-pages.ts'

const aLine = (messageId: string, decidedAt: number): TraceLine => ({
  messageId,
  copyId: `${messageId}.0`,
  source: 'src_web',
  receivedAt: decidedAt,
  decidedAt,
  attempts: 1,
  outcome: { kind: 'applied' },
  flags: [],
  refused: [],
})

describe('the newest events', () => {
  test('are there newest first, with what became of each and nothing of what is in them', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws, ['events:read'])
    await deliver([
      aMessage(ws, [{ type: 'track', event: 'a', userId: 'ada', messageId: 'm1', properties: { x: 'ada' } }]),
    ])
    await deliver([
      aMessage(ws, [
        { type: 'track', event: 'a', userId: 'ada', messageId: 'm1' },
        { type: 'track', userId: 'ada', messageId: 'm2' },
      ]),
    ])
    const { status, body } = await api('GET', '/events')
    expect(status).toBe(200)
    expect(
      body.events.map((one: { messageId: string; outcome: string; reason?: string }) => [
        one.messageId,
        one.outcome,
        one.reason,
      ]),
    ).toEqual([
      ['m2', 'rejected', 'missing_name'],
      ['m1', 'duplicate', undefined],
      ['m1', 'applied', undefined],
    ])
    expect(body.cursor).toBeNull()
    expect(JSON.stringify(body)).not.toContain('ada')
    expect((await (await apiClient(await aWorkspace()))('GET', '/events')).body.events).toEqual([])
  })

  test('can be narrowed, and a page goes on where the one before ended', async () => {
    const ws = await aWorkspace()
    const api = await apiClient(ws)
    for (let i = 0; i < 5; i++) {
      await deliver([
        aMessage(ws, [
          { type: 'track', event: i % 2 === 0 ? 'even' : 'odd', userId: 'u', messageId: `t${i}` },
          { type: 'identify', userId: 'u', messageId: `i${i}` },
        ]),
      ])
    }
    const ids = async (query: string) => {
      const { body } = await api('GET', `/events?${query}`)
      return { ids: body.events.map(({ messageId }: { messageId: string }) => messageId), cursor: body.cursor }
    }
    const { body } = await api('GET', '/events?limit=1')
    const profile = body.events[0].canonicalId
    expect((await ids('name=odd')).ids).toEqual(['t3', 't1'])
    expect((await ids('type=identify&limit=200')).ids).toEqual(['i4', 'i3', 'i2', 'i1', 'i0'])
    expect((await ids(`profile=${profile}&source=${ws.source}&outcome=applied`)).ids.length).toBe(10)
    expect((await ids('profile=prf_nobody')).ids).toEqual([])
    expect((await ids('profile=user_id:u&limit=200')).ids.length).toBe(10)
    expect((await ids('profile=user_id:nobody')).ids).toEqual([])
    expect((await (await apiClient(ws, ['events:read']))('GET', '/events?profile=user_id:u')).status).toBe(403)
    const all: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await ids(`limit=3&cursor=${cursor}`)
      all.push(...page.ids)
      cursor = page.cursor
    }
    expect(all).toEqual(['i4', 't4', 'i3', 't3', 'i2', 't2', 'i1', 't1', 'i0', 't0'])
  })

  test('of a week ago are not there any more, though nothing came since', async () => {
    const ws = await aWorkspace()
    const now = Date.now()
    const trace = traceStub(env, ws.id, '0')
    await trace.record(now - 8 * DAY, [aLine('old', now - 8 * DAY)])
    await trace.record(now - 6 * DAY, [aLine('kept', now - 6 * DAY)])
    const { body } = await (await apiClient(ws))('GET', '/events')
    expect(body.events.map(({ messageId }: TraceLine) => messageId)).toEqual(['kept'])
  })

  test('of several traces are one list in the order in which they were decided', () => {
    const place = (row: number) => ({ row, index: 0 })
    const found = (...at: number[]) =>
      at.map((decidedAt) => ({ line: aLine(`m${decidedAt}`, decidedAt), place: place(decidedAt) }))
    const pages = [
      { found: found(9, 5), end: place(5) },
      { found: found(8, 7), end: null },
    ]
    const { lines, next } = mergedPages(pages, placesOf(undefined, 2), 3)
    expect(lines.map(({ messageId }) => messageId)).toEqual(['m9', 'm8', 'm7'])
    expect(next).toEqual([place(9), { row: 0, index: 0 }])
    expect(mergedPages([{ found: [], end: null }], placesOf('4.1', 1), 3)).toEqual({ lines: [], next: null })
  })
})
