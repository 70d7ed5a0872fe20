import { ConfigStore } from '../../platform/config-store.ts'
import { log } from '../../platform/log.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import type { JsonValue } from '../../shared/kernel/json.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import { type Gate, type Sender, senderOf, senderOfWriteKey } from '../http/authenticate-source.ts'
import { preflight } from '../http/cors.ts'
import { credentialOf, keyOfBody } from '../http/credentials.ts'
import { readBytes, textOf } from '../http/read-body.ts'
import { type Accepted, accepted, refused } from './answers.ts'
import { type IngestRoute, methodOf, type SdkRoute } from './ingest-route.ts'
import { keep, packArrival } from './keep-request.ts'
import type { PackedRequest } from './pack-request.ts'
import { pixel } from './pixel.ts'
import { type RequestItems, readItems } from './read-items.ts'
import { settings } from './settings.ts'

/**
 * The edge, read top to bottom: who sends, what came, is it a message, make it durable, answer. Nothing is read once
 * the isolate is warm, and nothing is answered with success before a queue or the spill has it. What each status means
 * stands in answers.ts.
 */
export async function ingest(request: Request, env: Env, route: SdkRoute): Promise<Response> {
  const requestId = crypto.randomUUID()
  if (request.method === 'OPTIONS') return preflight(request, requestId)
  try {
    const answer = await answered(request, env, route, requestId)
    return answer.ok ? answer.value : refused(answer.failure, route, request, requestId)
  } catch (fault) {
    log.error('ingest: it failed', { correlation_id: requestId, fault })
    return refused(failure('internal', 'something broke on our side; please try again'), route, request, requestId)
  }
}

async function answered(
  request: Request,
  env: Env,
  route: SdkRoute,
  requestId: string,
): Promise<Result<Response, Failure>> {
  const method = methodOf(route)
  if (request.method !== method && !(method === 'GET' && request.method === 'HEAD')) {
    return err(failure('method_not_allowed', `this path takes ${method}`))
  }
  switch (route.shape) {
    case 'settings':
    case 'source-config':
      return settings(request, env, route, requestId)
    case 'pixel':
      return ok(await pixel(request, env, route, requestId))
    case 'counters': // an SDK's counts about itself, which nobody here reads
      return ok(accepted({ dialect: 'sdk' }, request, requestId))
    default: {
      const result = await ingested(request, env, route, requestId)
      return result.ok ? ok(accepted(result.value, request, requestId)) : result
    }
  }
}

async function ingested(
  request: Request,
  env: Env,
  route: IngestRoute,
  requestId: string,
): Promise<Result<Accepted, Failure>> {
  const receivedAt = Date.now()
  const gate = { request, env, configs: new ConfigStore(env.DB), now: receivedAt }
  // A key in the header is judged before the body is read: a made-up one costs us nothing more.
  const credential = credentialOf(request)
  const claimed = credential && (await senderOf(credential, gate))
  if (claimed && !claimed.ok) return claimed

  const bytes = await readBytes(request)
  if (!bytes.ok) return bytes
  const known = claimed && ('prove' in claimed.value ? claimed.value.prove(bytes.value) : ok(claimed.value))
  if (known && !known.ok) return known
  const read = textOf(bytes.value, request.headers)
  if (!read.ok) return read
  const json = parsed(read.value)
  if (!json.ok) return read.value.trim() === '' && !known ? err(NO_KEY) : json
  const sender = known ?? (await senderOfBody(json.value, gate))
  if (!sender.ok) return sender

  const items = readItems(json.value, route)
  if (!items.ok) return items
  const arrival = { requestId, sender: sender.value, receivedAt }
  const packed = packArrival(request, items.value, arrival)
  // /cdp/ingest answers for its one item, so an invalid one is refused instead of recorded.
  const [rejection] = packed.rejected
  if (route.shape === 'cdp' && rejection) return err(failure('invalid_request', rejection.message))
  const kept = await keep(packed, env, arrival)
  return kept.ok ? ok(acceptedAs(route, items.value, packed)) : kept
}

/** Begins with the words at which RudderStack's mobile SDKs give up, as for a wrong key. */
const NO_KEY = failure(
  'unauthorized',
  'invalid write key: there is none; send it as the user name of Basic authorization',
)

function parsed(text: string): Result<JsonValue, Failure> {
  try {
    return ok(JSON.parse(text) as JsonValue)
  } catch {
    return err(failure('invalid_request', 'the body is not valid JSON'))
  }
}

async function senderOfBody(body: JsonValue, gate: Gate): Promise<Result<Sender, Failure>> {
  const key = keyOfBody(body)
  return key === undefined ? err(NO_KEY) : senderOfWriteKey(key, gate)
}

function acceptedAs(route: IngestRoute, { items, eventId }: RequestItems, { rejected }: PackedRequest): Accepted {
  switch (route.dialect) {
    case 'sdk':
      return { dialect: 'sdk' }
    case 'api':
      return { dialect: 'api', accepted: items.length - rejected.length, rejected }
    case 'cdp':
      return { dialect: 'cdp', eventId: eventId ?? '' }
  }
}
