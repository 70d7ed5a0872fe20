import { z } from 'zod'
import { sendNews } from '../platform/audience-documents.ts'
import { ConfigStore } from '../platform/config-store.ts'
import { defineJob, type JobStep, startJob } from '../platform/jobs.ts'
import { percentilePaths, refreshPercentiles } from '../platform/percentiles.ts'
import { audienceShards, audienceStub, identityStub, METERS, meterStub } from '../platform/stubs.ts'
import { shardOf } from '../shared/audience/shard-of.ts'
import type { WorkspaceConfig } from '../shared/config/workspace-config.ts'
import { hash53 } from '../shared/kernel/hash.ts'
import { count, emptyReading } from '../shared/pipeline/meter.ts'
import { readsOf } from '../shared/segment/reads.ts'

/**
 * Once a day the audience shards are compared with the profiles, which are right: some documents of every shard with
 * theirs, and some people of the graph with the shards. When one of those has no document at all, everybody is gone
 * through: a deployment that is older than its shards fills them this way. Then percentiles are worked out anew.
 */
const Cursor = z.object({
  part: z.enum(['shards', 'people', 'percentiles']),
  shard: z.int(),
  after: z.string(),
  everybody: z.boolean(),
  differed: z.int(),
})
type Cursor = z.infer<typeof Cursor>

/** Documents of one shard, and people of the graph, that are compared. */
const SAMPLE = 50
const PAGE = 200

export const tendAudience = defineJob({
  kind: 'tend-audience',
  input: z.object({ day: z.string() }),
  cursor: Cursor,
  async step(env, { workspace, input, cursor, done }, now): Promise<JobStep<Cursor>> {
    const at = cursor ?? { part: 'shards', shard: 0, after: '', everybody: false, differed: 0 }
    const config = await new ConfigStore(env.DB).workspace(workspace)
    if (typeof config === 'string') throw new Error('the configuration cannot be read')
    switch (at.part) {
      case 'shards': {
        const { looked, differed } = await audienceStub(env, workspace, at.shard).reconcile(SAMPLE, hash53(input.day))
        const next = { ...at, shard: at.shard + 1, differed: at.differed + differed }
        const isLast = next.shard >= audienceShards(env)
        return { cursor: isLast ? { ...next, part: 'people' } : next, done: done + looked }
      }
      case 'people':
        return lookForMissing(env, config, at, done)
      case 'percentiles': {
        await renewPercentiles(env, config, input.day, now)
        await meterDifferences(env, workspace, `${workspace}:${input.day}`, at.differed, now)
        return { cursor: at, done, total: done, result: { differed: at.differed }, finished: true }
      }
    }
  },
})

/** A page of people, oldest first; the first page is a sample. */
async function lookForMissing(env: Env, config: WorkspaceConfig, at: Cursor, done: number): Promise<JobStep<Cursor>> {
  const { ids, next } = await identityStub(env, config.id).profilesAfter(at.after, PAGE)
  const groups = Map.groupBy(ids, (id) => shardOf(id, audienceShards(env)))
  const missing = await Promise.all(
    [...groups].map(([shard, group]) => audienceStub(env, config.id, shard).missing(group)),
  )
  const touched = missing.flat()
  if (touched.length > 0)
    await sendNews(env, config.id, { tellings: [], touched, configVersion: config.version, soon: true })
  const everybody = at.everybody || touched.length > 0
  const cursor = { ...at, everybody, differed: at.differed + touched.length }
  if (next === null || !everybody) return { cursor: { ...cursor, part: 'percentiles' }, done: done + ids.length }
  // The shards ask each of them: slower than they can be named.
  return { cursor: { ...cursor, after: next }, done: done + ids.length, waitMs: 200 }
}

/** Whoever crossed a threshold is told like after a change of the definition: the segment is built again. */
async function renewPercentiles(env: Env, config: WorkspaceConfig, day: string, now: number): Promise<void> {
  const paths = percentilePaths(config.segments.map(({ condition }) => condition))
  if (paths.length === 0) return
  const changed = new Set(await refreshPercentiles(env, config, paths, now))
  if (changed.size === 0) return
  for (const { key, condition } of config.segments) {
    if (!readsOf(condition).percentiles.some((path) => changed.has(path))) continue
    const input = { key, configVersion: config.version + 1 }
    const idempotencyKey = `percentiles:${key}:${day}`
    await startJob(env, { workspace: config.id, kind: 'build-segment', input, idempotencyKey }, now)
  }
}

async function meterDifferences(
  env: Env,
  workspace: string,
  name: string,
  differed: number,
  now: number,
): Promise<void> {
  const reading = emptyReading()
  count(reading.counts, 'audience_differed', differed)
  const message = `tend-audience:${name}`
  await meterStub(env, workspace, METERS[0] as string).record(now, [{ message, copies: 0, reading }])
}
