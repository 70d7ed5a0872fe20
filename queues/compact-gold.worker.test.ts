import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { archive } from '../platform/archive.ts'
import { readGold } from '../platform/lake-gold.ts'
import { readRoot } from '../platform/lake-manifest.ts'
import { DAY, HOUR, MINUTE } from '../shared/kernel/instant.ts'
import type { GoldTable, Row } from '../shared/lake/columns.ts'
import { aWorkspace, type TestWorkspace } from '../test/support/workspace.ts'
import { beginGold, type GoldCursor, type GoldLimits, goldStep } from './compact-gold.ts'
import { compactRound } from './compact-round.ts'

const NOW = Date.now()
const T0 = Math.floor(NOW / DAY) * DAY - 3 * DAY

async function arrives(ws: TestWorkspace, events: readonly { readonly n: number; readonly at: number }[]) {
  const lines = events.map(({ n, at }) => {
    const leaf = `prf_${n % 9}`
    const envelope = { requestId: `r${n}`, source: 'src_web', trust: 'public', origin: 'live', receivedAt: at }
    const item = { i: 0, body: { type: 'track', event: `Click ${n % 3}`, userId: leaf, messageId: `m${n}` } }
    const facts = { workspace: ws.id, source: 'src_web', messageId: `m${n}`, type: 'track', timestamp: at, flags: [] }
    return {
      copyId: `${ws.id}-r${n}.0`,
      receivedAt: at,
      ...facts,
      outcome: 'applied',
      canonicalId: leaf,
      leaf,
      envelope,
      item,
    }
  })
  await archive(env, 'events', lines)
}

/** What a graph told of a merge. */
async function merged(ws: TestWorkspace, winner: string, loser: string, seq: number) {
  const change = {
    type: 'profile.merged',
    outcome: 'applied',
    canonicalId: winner,
    other: loser,
    mergeId: `mrg_${seq}`,
  }
  const key = `${ws.id}:${winner}:mrg_${seq}`
  await archive(env, 'effects', [
    { copyId: key, receivedAt: T0 + seq, workspace: ws.id, source: 'tributary', ...change },
  ])
}

async function compacted() {
  for (let i = 0; i < 50; i++)
    if ((await compactRound(env, { by: 'test', now: NOW, until: Number.MAX_SAFE_INTEGER })) === 'nothing') return
}

/** Gold as a reader finds it, whatever files it is in. `between` runs before every step. */
async function built(
  ws: TestWorkspace,
  limits: GoldLimits,
  between: (phase: string) => Promise<void> = async () => {},
) {
  let cursor: GoldCursor | null = await beginGold(env, ws.id)
  for (let steps = 0; cursor && steps < 200; steps++) {
    await between(cursor.phase)
    cursor = await goldStep(env, ws.id, cursor, NOW, limits)
  }
  const { gold } = (await readRoot(env.LAKE, ws.id)).value
  const rows = async (table: GoldTable): Promise<readonly string[]> =>
    (await readGold(env.LAKE, table, gold?.tables[table] ?? [])).map((row: Row) => JSON.stringify(row)).sort()
  return {
    sessions: await rows('sessions'),
    activity: await rows('daily_activity'),
    files: gold?.tables['sessions']?.length ?? 0,
  }
}

const WHOLE = { changes: 50_000, events: 200_000 }

test('a day with more events than a step holds had no sessions: it is built by shares of its people, and is the same', async () => {
  const [whole, shared] = [await aWorkspace(), await aWorkspace()]
  // People around the clock; some go on over midnight.
  const events = Array.from({ length: 400 }, (_, n) => ({ n, at: T0 + 20 * HOUR + n * MINUTE }))
  for (const ws of [whole, shared]) {
    await arrives(ws, events.slice(0, 240))
    await arrives(ws, events.slice(240))
    await merged(ws, 'prf_1', 'prf_2', 1)
  }
  await compacted()
  const expected = await built(whole, WHOLE)
  expect(expected.files).toBe(2)
  const found = await built(shared, { changes: 50_000, events: 30 })
  expect(found.files).toBeGreaterThan(6)
  expect([found.sessions, found.activity]).toEqual([expected.sessions, expected.activity])
  expect(found.sessions.some((row) => row.includes('"continued":true'))).toBe(true)
  // And once more over it, of one day that changed.
  for (const ws of [whole, shared]) await arrives(ws, [{ n: 500, at: T0 + DAY + 3 * HOUR }])
  await compacted()
  const [again, alike] = [await built(shared, { changes: 50_000, events: 30 }), await built(whole, WHOLE)]
  expect([again.sessions, again.activity]).toEqual([alike.sessions, alike.activity])
})

test('somebody who is merged, and events that come, between two shares of a day are in no share twice and in none missing', async () => {
  const ws = await aWorkspace()
  await arrives(
    ws,
    Array.from({ length: 200 }, (_, n) => ({ n, at: T0 + n * MINUTE })),
  )
  await compacted()
  const limits = { changes: 50_000, events: 20 }
  let days = 0
  const during = await built(ws, limits, async (phase) => {
    if (phase !== 'days') return
    days += 1
    await merged(ws, `prf_${days % 9}`, `prf_${(days * 2 + 1) % 9}`, days)
    await arrives(ws, [{ n: 1_000 + days, at: T0 + 5 * HOUR }])
    await compacted()
  })
  expect(days).toBeGreaterThan(5)
  const of = (rows: readonly string[]) => rows.reduce((sum, row) => sum + Number(JSON.parse(row).events), 0)
  expect(of(during.activity)).toBeGreaterThanOrEqual(200)
  expect(of(during.sessions)).toBe(of(during.activity))
  const after = await built(ws, limits)
  expect(of(after.activity)).toBe(200 + days)
  expect(of(after.sessions)).toBe(200 + days)
})
