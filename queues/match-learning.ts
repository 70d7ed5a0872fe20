import { z } from 'zod'
import { ConfigStore } from '../platform/config-store.ts'
import { contentHash } from '../platform/hashing.ts'
import { defineJob, startJob } from '../platform/jobs.ts'
import { saveModel, type VersionedModel } from '../platform/match-model.ts'
import { MATCH_SHARDS, matchStub } from '../platform/stubs.ts'
import { asDict } from '../shared/kernel/json.ts'
import { learnFrom } from '../shared/matching/link.ts'
import { type PersonFields, personFields, preparePerson } from '../shared/matching/person-fields.ts'
import type { Prepared } from '../shared/matching/record.ts'

/**
 * Learning the weights of a workspace from a sample of its index, in a job: at first when there are people enough to teach
 * something, then each time their number has doubled.
 */
const ENOUGH = 300
const SAMPLE = 3_000
const PAGE = 250

/** Starts the job when the workspace has outgrown its model. `people`: those of one of its shards. */
export async function learnWhenGrown(
  env: Env,
  workspace: string,
  fields: PersonFields,
  { version, model }: VersionedModel,
  people: number,
  now: number,
): Promise<void> {
  const total = people * MATCH_SHARDS.length
  if (total < ENOUGH || (version > 0 && total < 2 * model.records)) return
  const size = Math.floor(Math.log2(total / ENOUGH))
  const idempotencyKey = `${contentHash(fields.fingerprint)}-${size}`
  await startJob(env, { workspace, kind: 'learn-matching', input: {}, idempotencyKey }, now)
}

export const learnMatching = defineJob({
  kind: 'learn-matching',
  input: z.object({}),
  cursor: z.object({}),
  async step(env, { workspace }, now) {
    const config = await new ConfigStore(env.DB).workspace(workspace)
    if (config === 'unreadable') throw new Error('the settings cannot be read')
    if (config === 'unknown') return { cursor: {}, done: 0, failed: 'there is no such workspace' }
    const fields = personFields(config.settings.identity.matching.fields)
    const { records, people } = await sampleOf(env, workspace, fields)
    const learned = learnFrom(fields.schema, records)
    // How rare a match is depends on all the people, of whom the sample is a part.
    const scale = people / Math.max(1, records.length)
    const version = await saveModel(
      env,
      workspace,
      fields,
      {
        ...learned,
        records: Math.round(learned.records * scale),
        terms: learned.terms.map((counts) => scaled(counts, scale)),
      },
      now,
    )
    return { cursor: {}, done: records.length, total: records.length, result: { version }, finished: true }
  },
})

function scaled(counts: Readonly<Record<string, number>>, scale: number) {
  return asDict(Object.fromEntries(Object.entries(counts).map(([value, count]) => [value, Math.round(count * scale)])))
}

/** Up to SAMPLE people, the same share of every shard, and how many there are. */
async function sampleOf(env: Env, workspace: string, fields: PersonFields) {
  const records: Prepared[] = []
  let people = 0
  for (const shard of MATCH_SHARDS) {
    const stub = matchStub(env, workspace, shard)
    people += await stub.count()
    let after = ''
    for (let taken = 0; taken < SAMPLE / MATCH_SHARDS.length; ) {
      const page = await stub.page(after, PAGE)
      for (const { profile, person } of page) {
        after = profile
        const [record] = person.records
        if (record && person.fingerprint === fields.fingerprint)
          records.push(preparePerson(fields, profile, asDict({ ...record.values })))
      }
      taken += page.length
      if (page.length < PAGE) break
    }
  }
  return { records, people }
}
