import { startJob } from '../../platform/jobs.ts'
import type { ReplayInput } from '../../queues/replay-archive.ts'
import { startReplay } from '../../shared/contract/start-replay.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'
import { peopleAsked } from './people-asked.ts'

export const startReplayRoute = serve(startReplay, async ({ body }, call) => {
  const { env, workspace, now } = call
  const { filter, ...range } = body
  const { events, sources, messageIds } = filter ?? {}
  const people = filter?.profiles ? await peopleAsked(filter.profiles, call) : undefined
  if (people && !people.ok) return people
  const input: ReplayInput = { ...range, events, sources, messageIds, ...people?.value }
  const audit = auditStatement(call, 'startReplay', body)
  const { jobId } = await startJob(env, { workspace, kind: 'replay', input: JSON.parse(JSON.stringify(input)) }, now, [
    audit,
  ])
  return ok({ jobId })
})
