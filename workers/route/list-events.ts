import { TRACES, traceStub } from '../../platform/stubs.ts'
import { listEvents } from '../../shared/contract/list-events.ts'
import type { Failure } from '../../shared/kernel/failure.ts'
import { ok, type Result } from '../../shared/kernel/result.ts'
import { liveEventOf } from '../../shared/pipeline/live.ts'
import { KEEP_TRACE_MS } from '../../shared/pipeline/trace.ts'
import { type Call, serve } from '../http/serve.ts'
import { readFrom } from './find-profile.ts'
import { maySeePeople } from './may-see-people.ts'
import { cursorOf, mergedPages, placesOf } from './trace-pages.ts'

export const listEventsRoute = serve(listEvents, async ({ query }, call) => {
  const { env, workspace, now } = call
  const { cursor, ...given } = query
  const profile = await profileAsked(given.profile, call)
  if (!profile.ok) return profile
  const asked = { ...given, profile: profile.value }
  const places = placesOf(cursor, TRACES.length)
  const since = now - KEEP_TRACE_MS
  const pages = await Promise.all(
    TRACES.map((shard, i) => traceStub(env, workspace, shard).list({ ...asked, before: places[i], since })),
  )
  const { lines, next } = mergedPages(pages, places, query.limit)
  return ok({ events: lines.map(liveEventOf), cursor: cursorOf(next) })
})

/** Who an e-mail address is, is a word about a person: not every token that may see events may ask that. */
async function profileAsked(ref: string | undefined, call: Call): Promise<Result<string | undefined, Failure>> {
  if (!ref?.includes(':')) return ok(ref)
  const allowed = await maySeePeople(call)
  if (!allowed.ok) return allowed
  const found = await readFrom(ref, call, (stub) => stub.scope())
  if (found.ok) return ok(found.value.id)
  // Nobody has events of nobody.
  return found.failure.code === 'not_found' ? ok(ref) : found
}
