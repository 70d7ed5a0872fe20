import { audienceShards, audienceStub } from '../../platform/stubs.ts'
import { type LakePeople, listLakePeople } from '../../shared/contract/list-lake-people.ts'
import { ok } from '../../shared/kernel/result.ts'
import { personRows } from '../../shared/lake/person-rows.ts'
import type { ProfileDocument } from '../../shared/segment/profile-document.ts'
import { serve } from '../http/serve.ts'

/** Of one answer: what a document becomes is about as large as itself, twice. */
const MOST_PEOPLE = 2_000
const MOST_CHARS = 2_000_000

export const listLakePeopleRoute = serve(listLakePeople, async ({ query }, { env, workspace }) => {
  const [shard = 0, place = 0] = (query.cursor ?? '0.0').split('.').map(Number)
  const people: { [T in keyof LakePeople]: LakePeople[T][number][] } = {
    profiles: [],
    identifiers: [],
    computed_traits: [],
    consents: [],
    memberships: [],
  }
  let [at, after, documents, chars] = [shard, place, 0, 0]
  while (at < audienceShards(env) && documents < MOST_PEOPLE && chars < MOST_CHARS) {
    const page = await audienceStub(env, workspace, at).documents(after, MOST_PEOPLE - documents, MOST_CHARS - chars)
    for (const { n, text } of page) {
      after = n
      chars += text.length
      // Written by the profile objects (shared/audience/document-of.ts), so its shape is known.
      const rows = personRows(JSON.parse(text) as ProfileDocument)
      for (const table of Object.keys(people) as (keyof LakePeople)[])
        people[table].push(...(rows[table] as LakePeople[typeof table]))
    }
    documents += page.length
    if (page.length > 0) continue
    at += 1
    after = 0
  }
  return ok({ ...people, cursor: at < audienceShards(env) ? `${at}.${after}` : null })
})
