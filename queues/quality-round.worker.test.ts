import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, test } from 'vitest'
import { archive, type BronzeLine } from '../platform/archive.ts'
import { readRoot } from '../platform/lake-manifest.ts'
import { allRows, lakeSnapshot } from '../platform/lake-reader.ts'
import { beginQualityCheck } from '../platform/quality-check.ts'
import { HOLD_COLUMNS, type HoldRow } from '../platform/quality-holds.ts'
import { readRollups } from '../platform/quality-store.ts'
import { defaultSettings } from '../shared/config/workspace-config.ts'
import { HOUR, MINUTE } from '../shared/kernel/instant.ts'
import type { JsonObject } from '../shared/kernel/json.ts'
import type { Expectation } from '../shared/quality/expectation.ts'
import { Killed, killedBucket } from '../test/support/killed-bucket.ts'
import { runJobs } from '../test/support/run-jobs.ts'
import { aWorkspace, type TestWorkspace } from '../test/support/workspace.ts'
import { compactRound } from './compact-round.ts'

const NOW = Date.now()
const T0 = Math.floor(NOW / HOUR) * HOUR - 5 * MINUTE

async function emptyBucket() {
  for (;;) {
    const { objects } = await env.LAKE.list()
    if (objects.length === 0) return
    await env.LAKE.delete(objects.map(({ key }) => key))
  }
}
beforeEach(emptyBucket)

function line(
  workspace: TestWorkspace,
  n: number,
  properties: JsonObject = {},
  overrides: JsonObject = {},
): BronzeLine {
  const body = { type: 'track', event: 'Click', userId: 'u', messageId: `m${n}`, properties }
  const envelope = { requestId: `r${n}`, source: 'src_web', trust: 'public', origin: 'live', receivedAt: T0 }
  return {
    copyId: `r${n}.0`,
    receivedAt: T0,
    workspace: workspace.id,
    source: 'src_web',
    messageId: `m${n}`,
    type: 'track',
    outcome: 'applied',
    flags: [],
    canonicalId: 'prf_1',
    leaf: 'prf_1',
    envelope,
    item: { i: 0, body },
    ...overrides,
  }
}

async function expectThat({ id: workspace }: TestWorkspace, changes: Partial<Expectation> = {}, id = 'exp_total') {
  const document = {
    border: 'silver',
    table: 'events',
    column: 'properties.total',
    kind: 'range',
    params: { min: 0 },
    severity: 'hard',
    enabled: true,
    ...changes,
  }
  await env.DB.prepare(
    `INSERT INTO quality_expectations (workspace, id, document, created_at, updated_at) VALUES (?, ?, ?, 0, 0)
     ON CONFLICT DO UPDATE SET document = excluded.document`,
  )
    .bind(workspace, id, JSON.stringify(document))
    .run()
}

async function compact(bucket: Pick<Env, 'LAKE'> = env, now = NOW) {
  while (
    (await compactRound({ ...env, ...bucket }, { by: 'test', now, until: Number.MAX_SAFE_INTEGER })) !== 'nothing'
  );
}

async function keysIn({ id }: TestWorkspace): Promise<string[]> {
  const rows = await allRows(env.LAKE, await lakeSnapshot(env.LAKE, id), 'events', defaultSettings)
  return rows.map((row) => String(row['message_id'])).sort()
}

async function holdsOf({ id }: TestWorkspace): Promise<HoldRow[]> {
  const all = env.DB.prepare(`SELECT ${HOLD_COLUMNS} FROM quality_holds WHERE workspace = ?`).bind(id)
  return (await all.all<HoldRow>()).results
}

describe('the gate between bronze and silver', () => {
  test('a partition that breaks a hard expectation is held, and others go on', async () => {
    const [bad, good] = [await aWorkspace(), await aWorkspace()]
    await expectThat(bad)
    await archive(env, 'events', [line(bad, 1), line(bad, 2, { total: -1 }), line(good, 3, { total: -1 })])
    await compact()
    expect([await keysIn(bad), await keysIn(good)]).toEqual([[], ['m3']])
    const [hold] = await holdsOf(bad)
    expect(hold).toMatchObject({ state: 'held', tbl: 'events', border: 'silver', rows: 2 })
    expect(JSON.parse(hold?.reasons ?? '')).toMatchObject([{ expectation: 'exp_total', measured: 0.5 }])
    // What is found by the index is found while it waits, so that an erasure reaches it.
    expect(
      Object.keys((await readRoot(env.LAKE, bad.id)).value.days[new Date(T0).toISOString().slice(0, 10)]?.tables ?? {}),
    ).toEqual(['index'])
    const rollups = [...(await readRollups(env, bad.id, 0, NOW)).values()]
    const results = rollups.find(({ border }) => border === 'silver')?.results
    expect(results?.find(({ expectation }) => expectation === 'exp_total')).toMatchObject({
      verdict: 'fail',
      samples: [{ source: 'src_web', messageId: 'm2' }],
    })
    expect(rollups.find(({ border }) => border === 'bronze')?.results.length).toBeGreaterThan(0)
  })

  test('what is not hard stops nothing', async () => {
    const workspace = await aWorkspace()
    await expectThat(workspace, { severity: 'warn' })
    await archive(env, 'events', [line(workspace, 1, { total: -1 })])
    await compact()
    expect(await keysIn(workspace)).toEqual(['m1'])
    expect(await holdsOf(workspace)).toEqual([])
  })

  test('later rounds of the hour wait with it, and all go on when the expectation is mended', async () => {
    const workspace = await aWorkspace()
    await expectThat(workspace)
    await archive(env, 'events', [line(workspace, 1, { total: -1 })])
    await compact()
    await archive(env, 'events', [line(workspace, 2)])
    await compact()
    expect(await keysIn(workspace)).toEqual([])
    await expectThat(workspace, { params: { min: -5 } })
    await beginQualityCheck(env, workspace.id, NOW)
    await runJobs(workspace)
    expect(await keysIn(workspace)).toEqual(['m1', 'm2'])
    expect(await holdsOf(workspace)).toMatchObject([{ state: 'passed', objects: '[]', rows: 0 }])
    await archive(env, 'events', [line(workspace, 3)])
    await compact()
    expect(await keysIn(workspace)).toEqual(['m1', 'm2', 'm3'])
  })

  test('more data can make a share good again: then everything goes on by itself', async () => {
    const workspace = await aWorkspace()
    await expectThat(workspace, { params: { min: 0, share: 0.5 } })
    await archive(env, 'events', [line(workspace, 1, { total: -1 })])
    await compact()
    expect(await keysIn(workspace)).toEqual([])
    await archive(env, 'events', [line(workspace, 2), line(workspace, 3)])
    await compact()
    await runJobs(workspace)
    expect(await keysIn(workspace)).toEqual(['m1', 'm2', 'm3'])
  })

  test('checking again holds what is still wrong, and a person may let it go, once and for the whole hour', async () => {
    const workspace = await aWorkspace()
    await expectThat(workspace)
    await archive(env, 'events', [line(workspace, 1, { total: -1 })])
    await compact()
    await beginQualityCheck(env, workspace.id, NOW)
    await runJobs(workspace)
    expect([await keysIn(workspace), (await holdsOf(workspace))[0]?.state]).toEqual([[], 'held'])
    await env.DB.prepare("UPDATE quality_holds SET state = 'releasing' WHERE workspace = ?").bind(workspace.id).run()
    await beginQualityCheck(env, workspace.id, NOW)
    await runJobs(workspace)
    expect([await keysIn(workspace), (await holdsOf(workspace))[0]?.state]).toEqual([['m1'], 'released'])
    await archive(env, 'events', [line(workspace, 2, { total: -2 })])
    await compact()
    expect(await keysIn(workspace)).toEqual(['m1', 'm2'])
  })

  test('a share of the copies that arrived holds their events', async () => {
    const workspace = await aWorkspace()
    const params = { of: 'dropped', max: 0.4, minRows: 2 }
    await expectThat(workspace, { border: 'bronze', table: 'lines', column: null, kind: 'ratio', params })
    await archive(env, 'events', [line(workspace, 1), line(workspace, 2, {}, { outcome: 'dropped', reason: 'bot' })])
    await compact()
    expect([await keysIn(workspace), (await holdsOf(workspace)).length]).toEqual([[], 1])
  })

  test('killed at any step, it holds and counts the same, and lets go without loss or repetition', async () => {
    for (const when of ['before', 'after'] as const) {
      for (let n = 1; n <= 24; n++) {
        await emptyBucket()
        const workspace = await aWorkspace()
        await expectThat(workspace)
        await archive(env, 'events', [line(workspace, 1, { total: -1 }), line(workspace, 2)])
        await compact({ LAKE: killedBucket(env.LAKE, n, when) }).catch((fault) => {
          if (!(fault instanceof Killed)) throw fault
        })
        await compact(env, NOW + HOUR)
        expect([n, await keysIn(workspace), (await holdsOf(workspace)).map(({ rows }) => rows)]).toEqual([n, [], [2]])
        const rollup = [...(await readRollups(env, workspace.id, 0, NOW)).values()].find(
          ({ border }) => border === 'silver',
        )
        expect(rollup?.results.find(({ expectation }) => expectation === 'exp_total')?.rows).toBe(2)
        await expectThat(workspace, { enabled: false })
        await beginQualityCheck(env, workspace.id, NOW)
        await runJobs(workspace)
        expect([n, await keysIn(workspace)]).toEqual([n, ['m1', 'm2']])
      }
    }
  }, 60_000)
})
