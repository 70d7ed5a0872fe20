import { ConfigStore } from '../../platform/config-store.ts'
import { TRACES, traceStub } from '../../platform/stubs.ts'
import { readEventTrace } from '../../shared/contract/read-event-trace.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { isCanonicalId } from '../../shared/kernel/id.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import {
  deliverySteps,
  outcomeOf,
  type TracedSegment,
  type TraceLine,
  type TraceStep,
  traceSteps,
  type UntoldSegment,
} from '../../shared/pipeline/trace.ts'
import { type Call, serve } from '../http/serve.ts'
import { type ArchivedTrace, archivedTrace } from './archived-trace.ts'
import { readFrom } from './find-profile.ts'

export const readEventTraceRoute = serve(readEventTrace, async ({ params: { messageId }, query: { day } }, call) => {
  const found = await Promise.all(TRACES.map((shard) => traceStub(call.env, call.workspace, shard).find(messageId)))
  const traced = found.flat()
  const deliveries = await deliveriesOf(messageId, call)
  // Forgotten, or beyond the sample; of a message of which all copies are duplicates another one was applied.
  const isTraced = traced.some(({ outcome }) => outcome.kind !== 'duplicate') || deliveries.length > 0
  const archived = isTraced ? NOT_ARCHIVED : await archivedTrace(call.env, call.workspace, messageId, day)
  const lines = [...traced, ...withoutCopiesOf(traced, archived.lines)]
  // A segment change is an event that no source sent: all that is traced of it is who was told.
  if (lines.length + deliveries.length === 0)
    return err(failure('not_found', `no such event was seen within the last 7 days${lookedThrough(archived)}`))
  const { told, untold } = await segmentsOf(lines, call)
  const steps = [...traceSteps(lines, told, untold), ...deliveries]
  return ok({
    messageId,
    from: traced.length + deliveries.length > 0 ? 'trace' : 'archive',
    outcome: lines.length === 0 ? 'applied' : outcomeOf(lines),
    steps: steps.map(({ at, ...step }) => ({ ...step, at: toIso(at) })),
  })
})

const NOT_ARCHIVED: ArchivedTrace = { lines: [], days: null }

function withoutCopiesOf(traced: readonly TraceLine[], archived: readonly TraceLine[]): readonly TraceLine[] {
  const copies = new Set(traced.map(({ copyId }) => copyId))
  return archived.filter(({ copyId }) => !copies.has(copyId))
}

function lookedThrough({ days }: ArchivedTrace): string {
  return days === null ? '' : `, nor is it in the archive of ${days.from} to ${days.to}`
}

/** Segment changes that the person's timeline dates to this very event; they are told after their window. */
async function segmentsOf(
  lines: readonly TraceLine[],
  call: Call,
): Promise<{ readonly told: readonly TracedSegment[]; readonly untold: readonly UntoldSegment[] }> {
  const applied = lines.find(({ outcome }) => outcome.kind === 'applied')
  const { canonicalId, timestamp } = applied ?? {}
  if (!canonicalId || timestamp === undefined || !isCanonicalId(canonicalId)) return NONE
  const changes = await readFrom(canonicalId, call, (stub) => stub.changesAt(timestamp))
  if (!changes.ok) return NONE
  const { told, passed } = changes.value.value
  return { told, untold: passed.map((change) => ({ ...change, timestamp })) }
}

const NONE = { told: [], untold: [] } as const

/** How it stands at each destination; one that was deleted since goes by its id. */
async function deliveriesOf(messageId: string, { env, workspace }: Call): Promise<readonly TraceStep[]> {
  const [found, destinations] = await Promise.all([
    Promise.all(TRACES.map((shard) => traceStub(env, workspace, shard).findDeliveries(messageId))),
    new ConfigStore(env.DB).destinations(workspace),
  ])
  const known = destinations === 'unreadable' ? [] : destinations
  return deliverySteps(
    found.flat().sort((a, b) => a.at - b.at),
    new Map(known.map(({ id, name }) => [id, name])),
  )
}
