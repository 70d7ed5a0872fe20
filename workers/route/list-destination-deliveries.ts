import { deliveryLabel } from '../../platform/destination-record.ts'
import { LANES, laneStub, METERS, meterStub } from '../../platform/stubs.ts'
import { listDestinationDeliveries } from '../../shared/contract/list-destination-deliveries.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import type { DeliveryOutcome } from '../../shared/pipeline/trace.ts'
import { serve } from '../http/serve.ts'
import { destinationRow, NO_DESTINATION } from './destination-documents.ts'
import { observerRow } from './plugin-documents.ts'

export const listDestinationDeliveriesRoute = serve(listDestinationDeliveries, async ({ params }, call) => {
  const { env, workspace } = call
  const { destinationId: id } = params
  if (!(await destinationRow(call, id)) && !(await observerRow(call, id))) return err(NO_DESTINATION)
  const [lanes, readings] = await Promise.all([
    Promise.all(Array.from({ length: LANES }, (_, lane) => laneStub(env, workspace, id, lane).status())),
    Promise.all(METERS.map((meter) => meterStub(env, workspace, meter).read())),
  ])
  const counted = (outcome: DeliveryOutcome) =>
    readings.reduce((sum, { counts }) => sum + (counts[deliveryLabel(id, outcome)] ?? 0), 0)
  const oldest = lanes.flatMap(({ oldestAt }) => oldestAt ?? [])
  const errors = lanes.flatMap(({ lastError }) => lastError ?? []).sort((a, b) => b.at - a.at)
  const [lastError] = errors
  return ok({
    counts: {
      delivered: counted('delivered'),
      retrying: counted('retrying'),
      skipped: counted('skipped'),
      dead_letter: counted('dead_letter'),
    },
    waiting: lanes.reduce((sum, { waiting }) => sum + waiting, 0),
    oldestWaitingAt: oldest.length > 0 ? toIso(Math.min(...oldest)) : null,
    lastError: lastError ? { at: toIso(lastError.at), reason: lastError.reason } : null,
    lanes: lanes.map(({ state, probeAt, waiting }, lane) => ({
      lane,
      state,
      probeAt: probeAt === null ? null : toIso(probeAt),
      waiting,
    })),
  })
})
