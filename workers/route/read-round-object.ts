import { readRoundObject } from '../../shared/contract/read-round-object.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import { HEARD_MS } from '../../shared/lake/compaction.ts'
import { bronzeKey } from '../../shared/lake/lake-key.ts'
import { type Call, serve } from '../http/serve.ts'
import { roundOf } from './round-of.ts'

const NO_OBJECT = failure('not_found', 'there is no such object in the round')

/** As it lies there: that all its lines are this workspace's was noted when it was written. */
export const readRoundObjectRoute = serve(readRoundObject, async ({ params: { round, key }, query }, call) => {
  const keys = await keysOf(call, { round, by: query.by })
  if (!keys.ok) return keys
  const object = keys.value.has(key) ? await call.env.LAKE.get(key) : null
  if (object?.customMetadata?.['workspace'] !== call.workspace) return err(NO_OBJECT)
  const headers = { 'Content-Type': 'application/gzip', 'Content-Length': String(object.size) }
  return ok(new Response(object.body, { headers }))
})

/** The last round that was asked about: it is read object by object, thousands of them, and they do not change. */
let last: { readonly name: string; readonly at: number; readonly keys: ReadonlySet<string> } | undefined

async function keysOf(
  call: Call,
  asked: { readonly round: number; readonly by: string },
): Promise<Result<ReadonlySet<string>, Failure>> {
  const name = `${call.workspace}/${asked.round}/${asked.by}`
  // Now and then it has to be heard of.
  if (last?.name === name && call.now - last.at < HEARD_MS) return ok(last.keys)
  const holding = await roundOf(call, asked)
  if (!holding.ok) return holding
  const { stream, hour, objects } = holding.value.open
  const keys = new Set(objects.map((object) => bronzeKey(stream, hour, object)))
  last = { name, at: call.now, keys }
  return ok(keys)
}
