import { destinationConfigOf } from '../../platform/destination-row.ts'
import { preparedFor, requestFor, secretsIn } from '../../platform/destination-send.ts'
import { previewDestination } from '../../shared/contract/preview-destination.ts'
import type { DestinationConfig } from '../../shared/destination/destination-config.ts'
import type { DestinationType } from '../../shared/destination/destination-type.ts'
import { destinationType } from '../../shared/destination/index.ts'
import { maskRequest } from '../../shared/destination/mask-request.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import type { Effect } from '../../shared/profile/effect.ts'
import { type Call, serve } from '../http/serve.ts'
import { destinationRow, NO_DESTINATION } from './destination-documents.ts'
import { readFrom } from './find-profile.ts'
import { maySeePeople } from './may-see-people.ts'
import { tracedProfile } from './recent-event.ts'

const NO_EVENT = failure('not_found', 'there is no such event')

/** Builds what the lane would build, for an event that is there, and sends nothing. */
export const previewDestinationRoute = serve(previewDestination, async ({ params, body }, call) => {
  const { env, now } = call
  const row = await destinationRow(call, params.destinationId)
  if (!row) return err(NO_DESTINATION)
  const allowed = await maySeePeople(call)
  if (!allowed.ok) return allowed
  const destination = destinationConfigOf(row)
  const type = destinationType(row.type) as DestinationType
  const effect = await effectFor(call, destination, body)
  if (!effect.ok) return effect
  const facts = { messageId: effect.value.event.messageId, profile: effect.value.profile }
  const prepared = await preparedFor(env, destination, type, effect.value)
  if (!('data' in prepared)) {
    return ok({
      ...facts,
      outcome: 'skipped' as const,
      reason: 'reason' in prepared ? prepared.reason : '',
      request: null,
    })
  }
  const request = requestFor(env, destination, type, [prepared], now, type.token && '••••')
  if ('skip' in request) return ok({ ...facts, outcome: 'skipped' as const, reason: request.skip, request: null })
  return ok({ ...facts, outcome: 'sent' as const, request: maskRequest(request, secretsIn(env, destination, type)) })
})

type EventEffect = Extract<Effect, { kind: 'event' }>

/** The newest event of the person, or of the workspace, or the one that is named, as the effect that it was. */
async function effectFor(
  call: Call,
  { workspace }: DestinationConfig,
  { profile, messageId }: { readonly profile?: string | undefined; readonly messageId?: string | undefined },
): Promise<Result<EventEffect, Failure>> {
  const ref = profile ?? (await tracedProfile(call, messageId))
  if (ref === undefined) return err(NO_EVENT)
  const found = await readFrom(ref, call, (stub) => stub.eventForPreview(messageId ?? null))
  if (!found.ok) return found
  const { id, value: event } = found.value
  if (!event) return err(NO_EVENT)
  return ok({ key: `${event.source}:${event.messageId}`, kind: 'event', workspace, profile: id, event })
}
