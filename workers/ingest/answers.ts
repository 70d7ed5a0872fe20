import type { RejectReason } from '../../shared/event/outcome.ts'
import { type Failure, failureFacts } from '../../shared/kernel/failure.ts'
import { addCors, type HeaderRecord } from '../http/cors.ts'
import { failureHeaders, problem, problemBody } from '../http/problem.ts'
import { methodOf, type SdkRoute } from './ingest-route.ts'

/**
 * What an ingestion path answers. The same outcome is said in three dialects; the status means:
 *
 * | outcome                                       | sdk (contracts/sdk.md §5) | api (/v1/events, /v1/users) | cdp (/cdp/ingest) |
 * | --------------------------------------------- | ------------------------- | --------------------------- | ----------------- |
 * | durable: in a queue or, failing that, spilled | 200 `{"success":true}`    | 202 accepted, rejected      | 202 accepted      |
 * | some or all items are no messages             | 200, recorded as rejected | 202, listed in `rejected`   | 400, not recorded |
 * | the body cannot be read, or is no event       | 400                       | 400                         | 400               |
 * | the key is missing or certainly wrong         | 401                       | 401                         | 401               |
 * | the source is disabled, and set to pause      | 404                       | 404                         | 404               |
 * | an address that the source does not allow     | 403                       | 403                         | 403               |
 * | the source sends more often than it may       | 429 + Retry-After         | 429 + Retry-After           | 429 + Retry-After |
 * | another method                                | 405                       | 405                         | 405               |
 * | the request is too large                      | 400 (a 413 is retried)    | 413                         | 413               |
 * | a bug of ours                                 | 500                       | 500                         | 500               |
 * | nothing durable took it                       | 503 + Retry-After         | 503 + Retry-After           | 503 + Retry-After |
 *
 * Never 3xx, 408, 410 or 460, and never a 401 because a store could not be read: RudderStack's mobile SDKs throw away
 * what they hold when they see one.
 */
export interface RejectedItem {
  readonly index: number
  readonly messageId: string | null
  readonly code: RejectReason
  readonly path: string
  readonly message: string
}

export type Accepted =
  | { readonly dialect: 'sdk' }
  | { readonly dialect: 'api'; readonly accepted: number; readonly rejected: readonly RejectedItem[] }
  | { readonly dialect: 'cdp'; readonly eventId: string }

/** SDKs compare the text, the status and, some of them, both. */
const SUCCESS = '{"success":true}'

export function accepted(answer: Accepted, request: Request, requestId: string): Response {
  const headers = addCors({ 'Content-Type': 'application/json', 'X-Request-Id': requestId }, request)
  switch (answer.dialect) {
    case 'sdk':
      return new Response(SUCCESS, { headers })
    case 'api': {
      const { accepted, rejected } = answer
      return new Response(JSON.stringify({ accepted, rejected }), { status: 202, headers })
    }
    case 'cdp':
      return new Response(JSON.stringify({ status: 'accepted', eventId: answer.eventId }), { status: 202, headers })
  }
}

export function refused(failure: Failure, route: SdkRoute, request: Request, requestId: string): Response {
  const headers = addCors({}, request)
  if (failure.code === 'method_not_allowed') headers['Allow'] = allowOf(route)
  const answer = inDialect(failure, route.dialect, requestId, headers)
  return request.method === 'HEAD' ? new Response(null, answer) : answer
}

function allowOf(route: SdkRoute): string {
  return methodOf(route) === 'GET' ? 'GET, HEAD, OPTIONS' : 'POST, OPTIONS'
}

function inDialect(failure: Failure, dialect: SdkRoute['dialect'], id: string, cors: HeaderRecord): Response {
  const headers = { ...failureHeaders(failure, id), ...cors }
  const { status } = failureFacts[failure.code]
  switch (dialect) {
    case 'sdk': {
      // The words that RudderStack's and Segment's clients look for.
      const code = failure.code === 'unauthorized' ? 'invalid_write_key' : failure.code
      const body = { success: false, code, message: failure.detail, requestId: id }
      return Response.json(body, { status: status === 413 ? 400 : status, headers })
    }
    case 'api':
      return problem(failure, id, headers)
    case 'cdp': {
      const body = { status: 'error', message: failure.detail, ...problemBody(failure, id) }
      const type = status === 400 ? 'application/json' : 'application/problem+json'
      return Response.json(body, { status, headers: { ...headers, 'Content-Type': type } })
    }
  }
}
