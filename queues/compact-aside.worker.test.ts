import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, test } from 'vitest'
import { archive } from '../platform/archive.ts'
import { ASIDE_MS } from '../platform/lake-aside.ts'
import { noteWaiting, readCompaction } from '../platform/lake-bronze.ts'
import { lakeSnapshot, snapshotFiles } from '../platform/lake-reader.ts'
import { pruneBronze } from '../platform/lake-retention.ts'
import { DAY, HOUR } from '../shared/kernel/instant.ts'
import { Killed, killedBucket } from '../test/support/killed-bucket.ts'
import { compactAll, emptyBucket, keysIn, line, NOW } from '../test/support/quality-story.ts'
import { aWorkspace, type TestWorkspace } from '../test/support/workspace.ts'

beforeEach(emptyBucket)

/** Settings that no code of ours can read; `{}` mends them. */
async function settingsOf({ id }: TestWorkspace, text: string) {
  await env.DB.prepare('UPDATE workspaces SET settings = ? WHERE id = ?').bind(text, id).run()
}

async function broken() {
  const workspace = await aWorkspace()
  await settingsOf(workspace, '{"windowMs": "soon"}')
  return workspace
}

async function inSilver({ id }: TestWorkspace): Promise<number> {
  const files = snapshotFiles(await lakeSnapshot(env.LAKE, id), 'events')
  return files.reduce((sum, { rows }) => sum + rows, 0)
}

async function waiting(now: number) {
  const { objects, aside } = await noteWaiting(env.LAKE, (await readCompaction(env.LAKE)).value.closedBefore, now)
  return { objects, aside }
}

const keysOf = async (prefix: string) => (await env.LAKE.list({ prefix })).objects.map(({ key }) => key)

describe('a workspace whose settings cannot be read', () => {
  test('stopped compaction for all: its lines go aside, stay where readers see them, and come when the settings are mended', async () => {
    const [bad, worse, good] = [await broken(), await broken(), await aWorkspace()]
    await archive(env, 'events', [line(bad, 1), line(good, 2), line(worse, 3)])
    await archive(env, 'events', [line(bad, 4)])
    await archive(env, 'events', [line(bad, 5), line(worse, 6)])
    await archive(env, 'events', [line(good, 7)])
    await compactAll(env, NOW)
    expect([await inSilver(good), await inSilver(bad), await inSilver(worse)]).toEqual([2, 0, 0])
    const seen = async () => [await keysIn(good), await keysIn(bad), await keysIn(worse)]
    const all = [
      ['m2', 'm7'],
      ['m1', 'm4', 'm5'],
      ['m3', 'm6'],
    ]
    expect(await seen()).toEqual(all)
    expect(await waiting(NOW)).toEqual({ objects: 0, aside: 5 })
    // Nobody who lists hours waits for them, and they are tried again.
    const later = NOW + 4 * HOUR
    expect(await waiting(later)).toEqual({ objects: 5, aside: 0 })
    const objects = await keysOf('bronze/')
    await compactAll(env, later)
    expect(await keysOf('bronze/')).toEqual(objects)
    expect(await waiting(later)).toEqual({ objects: 0, aside: 5 })
    expect((await readCompaction(env.LAKE)).value.closedBefore.events).toBeGreaterThan(NOW)
    expect(await seen()).toEqual(all)
    for (const workspace of [bad, worse]) await settingsOf(workspace, '{}')
    await compactAll(env, later + ASIDE_MS)
    expect([await inSilver(good), await inSilver(bad), await inSilver(worse)]).toEqual([2, 3, 2])
    expect(await seen()).toEqual(all)
    expect(await waiting(later + ASIDE_MS)).toEqual({ objects: 0, aside: 0 })
    expect(await keysOf('lake/late/')).toEqual([])
  })

  test('keeps its bronze for as long as it waits, however old', async () => {
    const [bad, good] = [await broken(), await aWorkspace()]
    await archive(env, 'events', [line(bad, 1), line(good, 2)])
    await compactAll(env, NOW + 4 * HOUR)
    expect(await pruneBronze(env, 30, NOW + 40 * DAY)).toBe(1)
    expect(await keysIn(bad)).toEqual(['m1'])
    await settingsOf(bad, '{}')
    await compactAll(env, NOW + 40 * DAY)
    expect([await inSilver(bad), await keysIn(bad)]).toEqual([1, ['m1']])
  })

  test.each(['before', 'after'] as const)(
    'loses nothing and doubles nothing when killed %s any step',
    async (when) => {
      // Some of the steps each; the other case tries others.
      for (let n = when === 'before' ? 1 : 2; ; n += 4) {
        await emptyBucket()
        const [bad, good] = [await broken(), await aWorkspace()]
        await archive(env, 'events', [line(bad, 1), line(good, 2)])
        await archive(env, 'events', [line(bad, 3)])
        const end = await compactAll({ LAKE: killedBucket(env.LAKE, n, when) }).catch((fault: unknown) => {
          if (!(fault instanceof Killed)) throw fault
          return 'killed' as const
        })
        expect([n, await keysIn(bad), await keysIn(good)]).toEqual([n, ['m1', 'm3'], ['m2']])
        await settingsOf(bad, '{}')
        await compactAll(env, NOW + 2 * HOUR)
        expect([n, await inSilver(bad), await inSilver(good)]).toEqual([n, 2, 1])
        expect([n, await keysIn(bad), await keysIn(good)]).toEqual([n, ['m1', 'm3'], ['m2']])
        if (end !== 'killed') return
      }
    },
    240_000,
  )
})
