import { enqueueIngest } from '../../platform/event-queues.ts'
import { spillIngest } from '../../platform/spill.ts'
import { UNKNOWN_CONNECTION } from '../../shared/enrich/connection.ts'
import { trimGeo } from '../../shared/enrich/geo.ts'
import { keptIp } from '../../shared/enrich/ip-address.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import type { Sender } from '../http/authenticate-source.ts'
import { batchFields, type RequestFacts, retryOf } from './envelope.ts'
import { type PackedRequest, packRequest } from './pack-request.ts'
import type { RequestItems } from './read-items.ts'

/**
 * From the items of an authenticated request to something durable: queue, other queue, spill. What one of them took
 * stays taken: when the rest is spilled, all of it is durable.
 */
export interface Arrival {
  readonly requestId: string
  readonly sender: Sender
  /** Epoch milliseconds. */
  readonly receivedAt: number
}

export function packArrival(request: Request, items: RequestItems, arrival: Arrival): PackedRequest {
  const { connection = UNKNOWN_CONNECTION, trust } = arrival.sender
  const ip = request.headers.get('CF-Connecting-IP')
  const facts: RequestFacts = {
    requestId: arrival.requestId,
    source: arrival.sender.source,
    trust,
    receivedAt: arrival.receivedAt,
    ip: ip === null ? null : (keptIp(ip, connection.ip) ?? null),
    userAgent: request.headers.get('User-Agent'),
    // Whoever holds a secret is a server, and where it stands is of no interest.
    geo: trust === 'server' ? undefined : trimGeo(request.cf, connection.geo),
    retry: retryOf(request.headers),
    gpc: request.headers.get('Sec-GPC') === '1',
  }
  return packRequest(items.items, facts, batchFields(items.batch, request.headers), items)
}

export async function keep(
  { texts, person }: PackedRequest,
  env: Env,
  { sender, requestId, receivedAt }: Arrival,
): Promise<Result<'durable', Failure>> {
  if (texts.length === 0) return ok('durable')
  const left = await enqueueIngest(env, texts, sender.source, person, { requestId })
  if (left.length === 0) return ok('durable')
  const owner = sender.workspace ?? sender.source
  return (await spillIngest(env, left, { owner, requestId, receivedAt })) ? ok('durable') : err(NOT_DURABLE)
}

const NOT_DURABLE = failure('unavailable', 'nothing durable could be written; please send this again')
