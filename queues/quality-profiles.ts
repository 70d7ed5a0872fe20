import { z } from 'zod'
import { contentHash } from '../platform/hashing.ts'
import { defineJob, type JobStep } from '../platform/jobs.ts'
import { readSilver } from '../platform/lake-files.ts'
import { readDay, readRoot } from '../platform/lake-manifest.ts'
import { audienceShards, audienceStub } from '../platform/stubs.ts'
import { canonicalJson } from '../shared/kernel/canonical-json.ts'
import { DAY, isoDay, parseInstant } from '../shared/kernel/instant.ts'
import { isObject } from '../shared/kernel/json.ts'
import { filesOf } from '../shared/lake/manifest.ts'
import {
  conflictsIn,
  joinScores,
  NO_SCORES,
  ScoreTally,
  scoreProfiles,
  scoresOf,
  type Written,
} from '../shared/quality/profile-scores.ts'
import type { ProfileDocument } from '../shared/segment/profile-document.ts'

/**
 * Once a day: how complete and how right the profiles of a workspace are, from the documents of its audience shards; which
 * traits two sources wrote differently on one of the last days, from silver; how many pairs matching suspects.
 */
const Cursor = z.object({
  phase: z.enum(['people', 'conflicts', 'end']),
  shard: z.int(),
  after: z.int(),
  day: z.int(),
  tally: ScoreTally,
})
type Cursor = z.infer<typeof Cursor>

const MOST_DOCUMENTS = 2_000
const MOST_CHARS = 4_000_000
/** Days of silver in which conflicts are looked for, and traits of one of them that are held at once. */
const DAYS = 7
const MOST_WRITTEN = 200_000
const KEPT_DAYS = 90

export const scoreQuality = defineJob({
  kind: 'score-profiles',
  input: z.object({ day: z.string() }),
  cursor: Cursor,
  async step(env, { workspace, input, cursor, done }, now): Promise<JobStep<Cursor>> {
    const at: Cursor = cursor ?? { phase: 'people', shard: 0, after: 0, day: 0, tally: NO_SCORES }
    switch (at.phase) {
      case 'people': {
        const next = await peopleStep(env, workspace, at, now)
        return { cursor: next, done: next.tally.profiles }
      }
      case 'conflicts':
        return { cursor: await conflictsStep(env, workspace, at, input.day), done }
      case 'end':
        await writeScores(env, workspace, input.day, at.tally, now)
        return { cursor: at, done, total: done, finished: true }
    }
  },
})

async function peopleStep(env: Env, workspace: string, cursor: Cursor, now: number): Promise<Cursor> {
  if (cursor.shard >= audienceShards(env)) return { ...cursor, phase: 'conflicts' }
  const page = await audienceStub(env, workspace, cursor.shard).documents(cursor.after, MOST_DOCUMENTS, MOST_CHARS)
  const last = page.at(-1)
  if (!last) return { ...cursor, shard: cursor.shard + 1, after: 0 }
  // Written by the profile objects (shared/audience/document-of.ts), so its shape is known.
  const documents = page.map(({ text }) => JSON.parse(text) as ProfileDocument)
  return { ...cursor, after: last.n, tally: joinScores(cursor.tally, scoreProfiles(documents, now)) }
}

/** One day of arrival: what happened on two days is told by neither. */
async function conflictsStep(env: Env, workspace: string, cursor: Cursor, today: string): Promise<Cursor> {
  if (cursor.day >= DAYS) return { ...cursor, phase: 'end' }
  const day = isoDay((parseInstant(today) ?? 0) - (cursor.day + 1) * DAY)
  const { value: root } = await readRoot(env.LAKE, workspace)
  const written: Written[] = []
  const files = root.days[day] ? filesOf(await readDay(env.LAKE, root, day), 'events') : []
  for (const file of files) {
    if (written.length >= MOST_WRITTEN) break
    for (const row of await readSilver(env.LAKE, 'events', file, ['leaf', 'source', 'traits'])) {
      const { traits } = row
      if (!isObject(traits)) continue
      for (const [trait, value] of Object.entries(traits))
        if (value !== null)
          written.push({
            person: String(row['leaf']),
            trait,
            source: String(row['source']),
            value: contentHash(canonicalJson(value)),
          })
    }
  }
  const found = conflictsIn(written)
  const { tally } = cursor
  return {
    ...cursor,
    day: cursor.day + 1,
    tally: { ...tally, conflicting: tally.conflicting + found.conflicting, written: tally.written + found.written },
  }
}

async function writeScores(env: Env, workspace: string, day: string, tally: ScoreTally, now: number): Promise<void> {
  const open = await env.DB.prepare("SELECT count(*) AS n FROM matches WHERE workspace = ? AND state = 'open'")
    .bind(workspace)
    .first<{ n: number }>()
  const scores = scoresOf(tally, open?.n ?? 0)
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO quality_scores (workspace, day, document, created_at) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT (workspace, day) DO UPDATE SET document = ?3, created_at = ?4`,
    ).bind(workspace, day, JSON.stringify(scores), now),
    env.DB.prepare('DELETE FROM quality_scores WHERE workspace = ? AND day < ?').bind(
      workspace,
      isoDay(now - KEPT_DAYS * DAY),
    ),
    // Results of every hour are kept as long.
    env.DB.prepare('DELETE FROM quality_rollups WHERE workspace = ? AND hour < ?').bind(
      workspace,
      now - KEPT_DAYS * DAY,
    ),
  ])
}
