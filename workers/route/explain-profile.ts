import { readDefinitions } from '../../platform/change-definitions.ts'
import { explainProfile } from '../../shared/contract/explain-profile.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import type { Explanation } from '../../shared/segment/explain.ts'
import { serve } from '../http/serve.ts'
import { unprocessable } from './check-condition.ts'
import { readFrom } from './find-profile.ts'

/** The profile decides, so the profile explains, with the definition as it stands in D1 now. */
export const explainProfileRoute = serve(explainProfile, async ({ params, body }, call) => {
  const { segments, configVersion } = await readDefinitions(call.env, call.workspace)
  if (!segments.has(body.segment)) {
    return unprocessable([{ path: 'segment', message: `there is no segment ${body.segment}` }])
  }
  const found = await readFrom(params.ref, call, (stub) => stub.explain(body.segment, configVersion))
  if (!found.ok) return found
  const explained = found.value.value
  if (!explained) return err(failure('unavailable', 'the definition cannot be read at the moment; please try again'))
  const { because, told, passed, segment } = explained
  return ok({
    member: because.member,
    because: asJson(because),
    nextChangeAt: because.nextChangeAt,
    segment,
    told: { member: told.member, since: told.since === null ? null : toIso(told.since) },
    notTold: passed.map(({ change, began, ended }) => ({ change, began: toIso(began), ended: toIso(ended) })),
  })
})

/** An explanation is plain JSON: evidence is `object` for the kinds that make it, instants are text already. */
function asJson(because: Explanation) {
  return JSON.parse(JSON.stringify(because))
}
