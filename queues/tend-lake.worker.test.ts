import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, test } from 'vitest'
import { archive, type BronzeLine } from '../platform/archive.ts'
import { readCompaction } from '../platform/lake-bronze.ts'
import { MissingFile, readSilver } from '../platform/lake-files.ts'
import { allRows, lakeSnapshot, snapshotFiles } from '../platform/lake-reader.ts'
import { pruneBronze } from '../platform/lake-retention.ts'
import { verifyFiles } from '../platform/lake-verify.ts'
import { defaultSettings } from '../shared/config/workspace-config.ts'
import { DAY, HOUR } from '../shared/kernel/instant.ts'
import type { JsonObject } from '../shared/kernel/json.ts'
import { Killed, killedBucket } from '../test/support/killed-bucket.ts'
import { aWorkspace } from '../test/support/workspace.ts'
import { compactRound } from './compact-round.ts'
import { tendLake } from './tend-lake.ts'

const NOW = Date.now()
const OLD = Math.floor(NOW / HOUR) * HOUR - 10 * HOUR

beforeEach(async () => {
  for (;;) {
    const { objects } = await env.LAKE.list()
    if (objects.length === 0) return
    await env.LAKE.delete(objects.map(({ key }) => key))
  }
})

function line(workspace: string, n: number, receivedAt = OLD): BronzeLine {
  const item = { i: 0, body: { type: 'track', event: 'Click', userId: 'u', messageId: `m${n}` } }
  const envelope = { requestId: `r${n}`, source: 'src_web', trust: 'public', origin: 'live', receivedAt }
  const ids = { canonicalId: 'prf_1', leaf: 'prf_1' }
  return {
    copyId: `r${n}.0`,
    receivedAt,
    workspace,
    messageId: `m${n}`,
    outcome: 'applied',
    flags: [],
    ...ids,
    envelope,
    item,
  }
}

async function compact(now = NOW) {
  while ((await compactRound(env, { by: 'test', now, until: Number.MAX_SAFE_INTEGER })) !== 'nothing');
}

async function keysIn(workspace: string): Promise<string[]> {
  const rows = await allRows(env.LAKE, await lakeSnapshot(env.LAKE, workspace), 'events', defaultSettings)
  return rows.map((row) => String(row['message_id'])).sort()
}

/** All steps of the job; answers its result. */
async function tend(workspace: string, now = NOW, environment: Env = env) {
  let cursor: unknown = null
  for (let done = 0; done < 200; done++) {
    const job = { id: 'job_t', workspace, input: {}, cursor, done, total: 0, errors: 0 }
    const step = await tendLake.step(environment, job, now)
    if (step.finished) return step.result as JsonObject
    cursor = step.cursor
  }
  throw new Error('tending does not end')
}

async function manySmallFiles(workspace: string, n = 4) {
  for (let i = 0; i < n; i++) {
    await archive(env, 'events', [line(workspace, i)])
    await compact()
  }
}

describe('tending the lake', () => {
  test('small files of an hour that is over become one, with the same rows', async () => {
    const { id } = await aWorkspace()
    await manySmallFiles(id)
    expect(snapshotFiles(await lakeSnapshot(env.LAKE, id), 'events')).toHaveLength(4)
    expect(await tend(id)).toMatchObject({ merged: 2 })
    const files = snapshotFiles(await lakeSnapshot(env.LAKE, id), 'events')
    expect(files.map(({ rows }) => rows)).toEqual([4])
    expect(await keysIn(id)).toEqual(['m0', 'm1', 'm2', 'm3'])
    // A copy that is delivered again is still known.
    await archive(env, 'events', [{ ...line(id, 1), redelivered: true }, line(id, 9)])
    await compact()
    expect(await keysIn(id)).toEqual(['m0', 'm1', 'm2', 'm3', 'm9'])
    expect(await tend(id)).toMatchObject({ merged: 2 })
    expect(await tend(id)).toMatchObject({ merged: 0 })
  })

  test.each(['before', 'after'] as const)('killed %s any step it loses nothing and doubles nothing', async (when) => {
    const { id } = await aWorkspace()
    await manySmallFiles(id, 3)
    for (let n = 1; ; n++) {
      const dying = { ...env, LAKE: killedBucket(env.LAKE, n, when) }
      const end = await tend(id, NOW, dying).catch((fault: unknown) => {
        if (!(fault instanceof Killed)) throw fault
        return 'killed' as const
      })
      expect([n, await keysIn(id)]).toEqual([n, ['m0', 'm1', 'm2']])
      if (end !== 'killed') return
    }
  })

  test('what no manifest names goes after a day, and not before', async () => {
    const { id } = await aWorkspace()
    await manySmallFiles(id, 3)
    await tend(id)
    const files = async () => (await env.LAKE.list({ prefix: `silver/events/ws=${id}/` })).objects.length
    expect(await files()).toBe(4)
    await tend(id, NOW + 2 * DAY)
    expect(await files()).toBe(1)
    const days = await env.LAKE.list({ prefix: `lake/ws=${id}/days/` })
    expect(days.objects).toHaveLength(1)
    expect(await keysIn(id)).toEqual(['m0', 'm1', 'm2'])
    expect(await verifyFiles(env.LAKE, id)).toEqual([])
  })

  test('days of silver older than the workspace keeps them go, with what gold made of them', async () => {
    const { id } = await aWorkspace({ retention: { silverDays: 5 } })
    const before = NOW - 8 * DAY
    await archive(env, 'events', [line(id, 1), line(id, 2, before)])
    await compact()
    await tend(id, before)
    expect(await keysIn(id)).toEqual(['m1', 'm2'])
    expect((await lakeSnapshot(env.LAKE, id)).root.gold?.tables['sessions']).toHaveLength(2)
    expect(await tend(id)).toMatchObject({ pruned: 1 })
    expect(await keysIn(id)).toEqual(['m1'])
    const { root } = await lakeSnapshot(env.LAKE, id)
    expect(root.gold?.tables['sessions']).toHaveLength(1)
    expect(Object.keys(root.gold?.built ?? {})).toHaveLength(1)
  })

  test('who was merged with whom is kept when the day goes: events of today would be given back to those merged long ago', async () => {
    const { id } = await aWorkspace({ retention: { silverDays: 5 } })
    const before = NOW - 8 * DAY
    const merged = { ...line(id, 3, before), type: 'profile.merged', other: 'prf_loser', mergeId: 'mrg_1' }
    await archive(env, 'events', [line(id, 2, before)])
    await archive(env, 'effects', [merged])
    await compact()
    expect(await tend(id)).toMatchObject({ pruned: 1 })
    expect(await keysIn(id)).toEqual([])
    const day = new Date(before).toISOString().slice(0, 10)
    expect(Object.keys((await lakeSnapshot(env.LAKE, id)).root.days[day]?.tables ?? {})).toEqual(['changes'])
    expect(await tend(id)).toMatchObject({ pruned: 0 })
  })

  test('bronze goes when nobody keeps it any longer; of one who keeps it for less the lines go before', async () => {
    const brief = await aWorkspace({ retention: { bronzeDays: 2 } })
    const long = await aWorkspace()
    const receivedAt = Math.floor((NOW - 3 * DAY) / HOUR) * HOUR
    await archive(env, 'events', [line(brief.id, 1, receivedAt), line(long.id, 2, receivedAt)])
    await compact()
    // Three days old: the job of the day after it was due, as on every day.
    await tend(brief.id, receivedAt + 2 * DAY + HOUR)
    const text = async () => {
      const [object] = (await env.LAKE.list({ prefix: 'bronze/events/' })).objects
      const body = object && (await env.LAKE.get(object.key))
      return body ? await new Response(body.body.pipeThrough(new DecompressionStream('gzip'))).text() : null
    }
    expect(await text()).not.toContain('"m1"')
    expect(await text()).toContain('"m2"')
    expect(await pruneBronze(env, 30, NOW)).toBe(0)
    expect((await readCompaction(env.LAKE)).value.closedBefore.events).toBeGreaterThan(receivedAt)
    expect(await pruneBronze(env, 30, NOW + 31 * DAY)).toBe(1)
    expect(await text()).toBeNull()
    await pruneBronze(env, 30, NOW + 31 * DAY)
    expect((await env.LAKE.list({ prefix: 'lake/taken/' })).objects).toEqual([])
    expect([await keysIn(brief.id), await keysIn(long.id)]).toEqual([['m1'], ['m2']])
  })

  test('an object that was deleted by hand is named, and the rest of the lake goes on', async () => {
    const { id } = await aWorkspace()
    await manySmallFiles(id, 2)
    const [first, second] = snapshotFiles(await lakeSnapshot(env.LAKE, id), 'events')
    await env.LAKE.delete(String(first?.key))
    await env.LAKE.put(String(second?.key), 'not what it was')
    expect(await verifyFiles(env.LAKE, id)).toEqual(
      [
        { key: String(first?.key), problem: 'missing' as const },
        { key: String(second?.key), problem: 'size' as const },
      ].toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    )
    await expect(readSilver(env.LAKE, 'events', { key: String(first?.key) })).rejects.toThrow(String(first?.key))
    expect(await verifyFiles(env.LAKE, 'nobody')).toEqual([])
  })

  test('readers see everything once while two compact, one tends, and more comes in', async () => {
    const { id } = await aWorkspace()
    const expected: string[] = []
    let isOver = false
    const compacting = async (by: string) => {
      while (!isOver) {
        await compactRound(env, { by, now: Date.now(), until: Number.MAX_SAFE_INTEGER })
      }
    }
    const tending = async () => {
      while (!isOver) await tend(id, NOW)
    }
    const reading = async () => {
      while (!isOver) {
        const before = [...expected]
        const seen = await readAgain(id)
        expect(new Set(seen).size).toBe(seen.length)
        expect(before.filter((key) => !seen.includes(key))).toEqual([])
      }
    }
    const writing = async () => {
      try {
        for (let n = 0; n < 24; n++) {
          const again = n % 3 === 0 && n > 0 ? [{ ...line(id, n - 1), redelivered: true }] : []
          await archive(env, 'events', [line(id, n), ...again])
          expected.push(`m${n}`)
          await readAgain(id)
        }
      } finally {
        isOver = true
      }
    }
    await Promise.all([compacting('x'), compacting('y'), tending(), reading(), writing()])
    await compact(Date.now() + HOUR)
    expect(await keysIn(id)).toEqual([...expected].sort())
    expect((await lakeSnapshot(env.LAKE, id)).tail).toEqual([])
  })
})

/** A reader that had a file in sight which was replaced and swept begins again. */
async function readAgain(workspace: string): Promise<string[]> {
  for (;;) {
    try {
      return await keysIn(workspace)
    } catch (fault) {
      if (!(fault instanceof MissingFile)) throw fault
    }
  }
}
