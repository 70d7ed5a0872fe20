import { startJob } from '../../platform/jobs.ts'
import type { RedeliveryInput } from '../../queues/redeliver-archive.ts'
import { startRedelivery } from '../../shared/contract/start-redelivery.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'
import { destinationRow } from './destination-documents.ts'
import { readFrom } from './find-profile.ts'
import { observerRow } from './plugin-documents.ts'

export const startRedeliveryRoute = serve(startRedelivery, async ({ body }, call) => {
  const { env, workspace, now } = call
  const { filter = {}, ...range } = body
  if (!(await destinationRow(call, body.destination)) && !(await observerRow(call, body.destination))) {
    return err(
      failure('unprocessable', 'there is no such destination', [{ path: 'destination', message: 'is not there' }]),
    )
  }
  const profiles: string[] = []
  for (const [i, ref] of (filter.profiles ?? []).entries()) {
    const found = await readFrom(ref, call, (stub) => stub.scope())
    if (!found.ok)
      return err(failure('unprocessable', 'there is no such profile', [{ path: `filter.profiles.${i}`, message: ref }]))
    profiles.push(found.value.id, ...found.value.value.leaves)
  }
  const input: RedeliveryInput = { ...range, ...filter, ...(filter.profiles ? { profiles } : {}) }
  const audit = auditStatement(call, 'startRedelivery', body)
  const job = { workspace, kind: 'redelivery', input: JSON.parse(JSON.stringify(input)) }
  const { jobId } = await startJob(env, job, now, [audit])
  return ok({ jobId })
})
