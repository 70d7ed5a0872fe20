import { readRoundObject } from '../../shared/contract/read-round-object.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { bronzePlace } from '../../shared/lake/lake-key.ts'
import { serve } from '../http/serve.ts'
import { roundOf } from './round-of.ts'

const NO_OBJECT = failure('not_found', 'there is no such object in the round')

/** As it lies there: that all its lines are this workspace's was noted when it was written. */
export const readRoundObjectRoute = serve(readRoundObject, async ({ params: { round, key }, query }, call) => {
  const holding = await roundOf(call, { round, by: query.by })
  if (!holding.ok) return holding
  const { open } = holding.value
  const place = bronzePlace(key)
  const isOwn = place?.stream === open.stream && place.hour === open.hour && open.objects.includes(place.name)
  const object = isOwn && key.startsWith('bronze/') ? await call.env.LAKE.get(key) : null
  if (object?.customMetadata?.['workspace'] !== call.workspace) return err(NO_OBJECT)
  const headers = { 'Content-Type': 'application/gzip', 'Content-Length': String(object.size) }
  return ok(new Response(object.body, { headers }))
})
