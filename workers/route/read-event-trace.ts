import { TRACES, traceStub } from '../../platform/stubs.ts'
import { readEventTrace } from '../../shared/contract/read-event-trace.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { isCanonicalId } from '../../shared/kernel/id.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { outcomeOf, type TracedSegment, type TraceLine, traceSteps } from '../../shared/pipeline/trace.ts'
import { type Call, serve } from '../http/serve.ts'
import { readFrom } from './find-profile.ts'

export const readEventTraceRoute = serve(readEventTrace, async ({ params: { messageId } }, call) => {
  const found = await Promise.all(TRACES.map((shard) => traceStub(call.env, call.workspace, shard).find(messageId)))
  const lines = found.flat()
  if (lines.length === 0) return err(failure('not_found', 'no such event was seen within the last 7 days'))
  const steps = traceSteps(lines, await segmentsOf(lines, call))
  return ok({
    messageId,
    outcome: outcomeOf(lines),
    steps: steps.map(({ at, ...step }) => ({ ...step, at: toIso(at) })),
  })
})

/** Segment changes that the person's timeline dates to this very event; they are told after their window. */
async function segmentsOf(lines: readonly TraceLine[], call: Call): Promise<readonly TracedSegment[]> {
  const applied = lines.find(({ outcome }) => outcome.kind === 'applied')
  const { canonicalId, timestamp } = applied ?? {}
  if (!canonicalId || timestamp === undefined || !isCanonicalId(canonicalId)) return []
  const changes = await readFrom(canonicalId, call, (stub) => stub.changesAt(timestamp))
  return changes.ok ? changes.value.value : []
}
