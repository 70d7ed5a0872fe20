import { ConfigStore } from '../../platform/config-store.ts'
import { enqueueIngest } from '../../platform/event-queues.ts'
import { spillIngest } from '../../platform/spill.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import type { JsonValue } from '../../shared/kernel/json.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import { type Sender, senderOf } from '../http/authenticate-source.ts'
import { preflight } from '../http/cors.ts'
import { keyOfBody, keyOfHeaders } from '../http/credentials.ts'
import { readBody } from '../http/read-body.ts'
import { type Accepted, accepted, refused } from './answers.ts'
import { batchFields } from './envelope.ts'
import type { IngestRoute } from './ingest-route.ts'
import { type PackedRequest, packRequest } from './pack-request.ts'
import { type RequestItems, readItems } from './read-items.ts'

/**
 * The edge, read top to bottom: who sends, what came, is it a message, make it durable, answer. Nothing is read once
 * the isolate is warm, and nothing is answered with success before a queue or the spill has it. What each status means
 * stands in answers.ts.
 */
export async function ingest(request: Request, env: Env, route: IngestRoute): Promise<Response> {
  const requestId = crypto.randomUUID()
  if (request.method === 'OPTIONS') return preflight(request, requestId)
  try {
    const result = await ingested(request, env, route, requestId)
    if (result.ok) return accepted(result.value, request, requestId)
    return refused(result.failure, route, request, requestId)
  } catch (fault) {
    console.error(`ingest ${requestId}:`, fault)
    return refused(failure('internal', 'something broke on our side; please try again'), route, request, requestId)
  }
}

async function ingested(
  request: Request,
  env: Env,
  route: IngestRoute,
  requestId: string,
): Promise<Result<Accepted, Failure>> {
  if (request.method !== 'POST') return err(failure('method_not_allowed', 'this path takes POST'))
  const receivedAt = Date.now()
  const configs = new ConfigStore(env.DB)
  // A key in the header is judged before the body is read: a made-up one costs us nothing more.
  const headerKey = keyOfHeaders(request)
  const known = headerKey === undefined ? undefined : await senderOf(headerKey, env.WRITE_KEY_SECRET, configs)
  if (headerKey !== undefined && !known) return err(WRONG_KEY)

  const read = await readBody(request)
  if (!read.ok) return read
  const json = parsed(read.value)
  if (!json.ok) return read.value.trim() === '' && !known ? err(NO_KEY) : json
  const sender = known ?? (await senderOfBody(json.value, env, configs))
  if (!sender) return err(keyOfBody(json.value) === undefined ? NO_KEY : WRONG_KEY)

  const items = readItems(json.value, route)
  if (!items.ok) return items
  const facts = {
    requestId,
    source: sender.source,
    receivedAt,
    ip: request.headers.get('CF-Connecting-IP'),
    userAgent: request.headers.get('User-Agent'),
  }
  const packed = packRequest(items.value.items, facts, batchFields(items.value.batch, request.headers), items.value)
  // /cdp/ingest answers for its one item, so an invalid one is refused instead of recorded.
  const [rejection] = packed.rejected
  if (route.shape === 'cdp' && rejection) return err(failure('invalid_request', rejection.message))
  if (!(await isDurable(packed, env, sender, requestId, receivedAt))) return err(NOT_DURABLE)
  return ok(acceptedAs(route, items.value, packed))
}

const WRONG_KEY = failure('unauthorized', 'invalid write key')
const NO_KEY = failure('unauthorized', 'the write key is missing: send it as the user name of Basic authorization')
const NOT_DURABLE = failure('unavailable', 'nothing durable could be written; please send this again')

function parsed(text: string): Result<JsonValue, Failure> {
  try {
    return ok(JSON.parse(text) as JsonValue)
  } catch {
    return err(failure('invalid_request', 'the body is not valid JSON'))
  }
}

async function senderOfBody(body: JsonValue, env: Env, configs: ConfigStore): Promise<Sender | undefined> {
  const key = keyOfBody(body)
  return key === undefined ? undefined : senderOf(key, env.WRITE_KEY_SECRET, configs)
}

/** Queue, other queue, spill. What one of them took stays taken: when the rest is spilled, all of it is durable. */
async function isDurable(
  { texts, person }: PackedRequest,
  env: Env,
  { source, workspace }: Sender,
  requestId: string,
  receivedAt: number,
): Promise<boolean> {
  if (texts.length === 0) return true
  const left = await enqueueIngest(env, texts, source, person)
  if (left.length === 0) return true
  return spillIngest(env, left, { owner: workspace ?? source, requestId, receivedAt })
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
