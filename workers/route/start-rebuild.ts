import type { Located } from '../../durable-objects/identity-graph-object.ts'
import { ConfigStore } from '../../platform/config-store.ts'
import { startJob } from '../../platform/jobs.ts'
import { identityStub } from '../../platform/stubs.ts'
import type { RebuildInput } from '../../queues/rebuild-input.ts'
import { startRebuild } from '../../shared/contract/start-rebuild.ts'
import { type FieldError, failure } from '../../shared/kernel/failure.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { type Call, serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'
import { locatedBy } from './find-profile.ts'

export const startRebuildRoute = serve(startRebuild, async ({ body }, call) => {
  const { env, workspace, now } = call
  const { profiles: refs = [], segment, from } = body
  const errors: FieldError[] = []
  if (from !== undefined && from > now) errors.push({ path: 'from', message: 'must not lie in the future' })
  if (segment !== undefined) {
    const config = await new ConfigStore(env.DB).workspace(workspace)
    if (config === 'unreadable') return err(failure('unavailable', 'the segments cannot be read; please try again'))
    const isThere = config !== 'unknown' && config.segments.some(({ key }) => key === segment)
    if (!isThere) errors.push({ path: 'segment', message: 'is not there' })
  }
  const named = await profilesOf(refs, call)
  if (named === 'busy') return err(failure('unavailable', 'a profile is being split; please try again'))
  errors.push(...named.errors)
  if (errors.length > 0) return err(failure('unprocessable', 'this cannot be rebuilt', errors))
  const input: RebuildInput = {
    ...(refs.length > 0 ? { profiles: named.ids } : {}),
    ...(segment === undefined ? {} : { segment }),
    ...(from === undefined ? {} : { from }),
  }
  // By canonical IDs: what people are called by has no place in a log that no erasure reaches.
  const audit = auditStatement(call, 'startRebuild', input)
  const { jobId } = await startJob(env, { workspace, kind: 'rebuild', input: input as JsonObject }, now, [audit])
  return ok({ jobId })
})

/** Of the graph and not of the profiles: one that lost its state is just what is to be rebuilt. */
async function profilesOf(refs: readonly string[], { env, workspace }: Call) {
  const errors: FieldError[] = []
  const asked: { readonly i: number; readonly located: Located }[] = []
  for (const [i, ref] of refs.entries()) {
    const located = await locatedBy(ref, env, workspace)
    if (located) asked.push({ i, located })
    else errors.push({ path: `profiles.${i}`, message: 'there is no such profile' })
  }
  const places = asked.length > 0 ? await identityStub(env, workspace).places(asked.map(({ located }) => located)) : []
  const ids = new Set<string>()
  for (const [n, place] of places.entries()) {
    if (place.kind === 'busy') return 'busy'
    if (place.kind === 'placed') ids.add(place.profile)
    else errors.push({ path: `profiles.${asked[n]?.i}`, message: 'there is no such profile' })
  }
  return { ids: [...ids], errors }
}
