import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, test } from 'vitest'
import { archive } from '../platform/archive.ts'
import { readRoot } from '../platform/lake-manifest.ts'
import { beginQualityCheck } from '../platform/quality-check.ts'
import { readRollups } from '../platform/quality-store.ts'
import { HOUR } from '../shared/kernel/instant.ts'
import { Killed, killedBucket } from '../test/support/killed-bucket.ts'
import { compactAll, emptyBucket, expectThat, holdsOf, keysIn, line, NOW, T0 } from '../test/support/quality-story.ts'
import { runJobs } from '../test/support/run-jobs.ts'
import { aWorkspace } from '../test/support/workspace.ts'

beforeEach(emptyBucket)

describe('the gate between bronze and silver', () => {
  test('a partition that breaks a hard expectation is held, and others go on', async () => {
    const [bad, good] = [await aWorkspace(), await aWorkspace()]
    await expectThat(bad)
    await archive(env, 'events', [line(bad, 1), line(bad, 2, { total: -1 }), line(good, 3, { total: -1 })])
    await compactAll()
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
    await compactAll()
    expect(await keysIn(workspace)).toEqual(['m1'])
    expect(await holdsOf(workspace)).toEqual([])
  })

  test('later rounds of the hour wait with it, and all go on when the expectation is mended', async () => {
    const workspace = await aWorkspace()
    await expectThat(workspace)
    await archive(env, 'events', [line(workspace, 1, { total: -1 })])
    await compactAll()
    await archive(env, 'events', [line(workspace, 2)])
    await compactAll()
    expect(await keysIn(workspace)).toEqual([])
    await expectThat(workspace, { params: { min: -5 } })
    await beginQualityCheck(env, workspace.id, NOW)
    await runJobs(workspace)
    expect(await keysIn(workspace)).toEqual(['m1', 'm2'])
    expect(await holdsOf(workspace)).toMatchObject([{ state: 'passed', objects: '[]', rows: 0 }])
    await archive(env, 'events', [line(workspace, 3)])
    await compactAll()
    expect(await keysIn(workspace)).toEqual(['m1', 'm2', 'm3'])
  })

  test('more data can make a share good again: then everything goes on by itself', async () => {
    const workspace = await aWorkspace()
    await expectThat(workspace, { params: { min: 0, share: 0.5 } })
    await archive(env, 'events', [line(workspace, 1, { total: -1 })])
    await compactAll()
    expect(await keysIn(workspace)).toEqual([])
    await archive(env, 'events', [line(workspace, 2), line(workspace, 3)])
    await compactAll()
    await runJobs(workspace)
    expect(await keysIn(workspace)).toEqual(['m1', 'm2', 'm3'])
  })

  test('checking again holds what is still wrong, and a person may let it go, once and for the whole hour', async () => {
    const workspace = await aWorkspace()
    await expectThat(workspace)
    await archive(env, 'events', [line(workspace, 1, { total: -1 })])
    await compactAll()
    await beginQualityCheck(env, workspace.id, NOW)
    await runJobs(workspace)
    expect([await keysIn(workspace), (await holdsOf(workspace))[0]?.state]).toEqual([[], 'held'])
    await env.DB.prepare("UPDATE quality_holds SET state = 'releasing' WHERE workspace = ?").bind(workspace.id).run()
    await beginQualityCheck(env, workspace.id, NOW)
    await runJobs(workspace)
    expect([await keysIn(workspace), (await holdsOf(workspace))[0]?.state]).toEqual([['m1'], 'released'])
    await archive(env, 'events', [line(workspace, 2, { total: -2 })])
    await compactAll()
    expect(await keysIn(workspace)).toEqual(['m1', 'm2'])
  })

  test('a share of the copies that arrived holds their events', async () => {
    const workspace = await aWorkspace()
    const params = { of: 'dropped', max: 0.4, minRows: 2 }
    await expectThat(workspace, { border: 'bronze', table: 'lines', column: null, kind: 'ratio', params })
    await archive(env, 'events', [line(workspace, 1), line(workspace, 2, {}, { outcome: 'dropped', reason: 'bot' })])
    await compactAll()
    expect([await keysIn(workspace), (await holdsOf(workspace)).length]).toEqual([[], 1])
  })

  test('killed at any step, it holds and counts the same, and lets go without loss or repetition', async () => {
    for (const when of ['before', 'after'] as const) {
      for (let n = 1; n <= 24; n++) {
        await emptyBucket()
        const workspace = await aWorkspace()
        await expectThat(workspace)
        await archive(env, 'events', [line(workspace, 1, { total: -1 }), line(workspace, 2)])
        await compactAll({ LAKE: killedBucket(env.LAKE, n, when) }).catch((fault) => {
          if (!(fault instanceof Killed)) throw fault
        })
        await compactAll(env, NOW + HOUR)
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
