import { startJob } from '../../platform/jobs.ts'
import type { ReplayInput } from '../../queues/replay-archive.ts'
import { startReplay } from '../../shared/contract/start-replay.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'
import { readFrom } from './find-profile.ts'

export const startReplayRoute = serve(startReplay, async ({ body }, call) => {
  const { env, workspace, now } = call
  const { filter, ...range } = body
  const { events, sources } = filter ?? {}
  const profiles: string[] = []
  for (const [i, ref] of (filter?.profiles ?? []).entries()) {
    const found = await readFrom(ref, call, (stub) => stub.scope())
    if (!found.ok)
      return err(failure('unprocessable', 'there is no such profile', [{ path: `filter.profiles.${i}`, message: ref }]))
    profiles.push(found.value.id, ...found.value.value.leaves)
  }
  const input: ReplayInput = { ...range, events, sources, ...(filter?.profiles ? { profiles } : {}) }
  const audit = auditStatement(call, 'startReplay', body)
  const { jobId } = await startJob(env, { workspace, kind: 'replay', input: JSON.parse(JSON.stringify(input)) }, now, [
    audit,
  ])
  return ok({ jobId })
})
