import { type Failure, failureFacts } from '../../shared/kernel/failure.ts'
import type { HeaderRecord } from './cors.ts'

/** A failure as `application/problem+json` (contracts/http.md, Errors); what is logged may say more, this may not. */
export function problem(failure: Failure, requestId: string, headers: HeaderRecord = {}): Response {
  return Response.json(problemBody(failure, requestId), {
    status: failureFacts[failure.code].status,
    headers: { ...failureHeaders(failure, requestId), 'Content-Type': 'application/problem+json', ...headers },
  })
}

export function problemBody(failure: Failure, requestId: string) {
  const { code, detail, errors } = failure
  return { code, title: failureFacts[code].title, detail, requestId, ...(errors ? { errors } : {}) }
}

const RETRY_AFTER_SECONDS = 5

/** X-Request-Id always; Retry-After as whole seconds wherever trying again makes sense. */
export function failureHeaders(failure: Failure, requestId: string): HeaderRecord {
  const headers: HeaderRecord = { 'X-Request-Id': requestId }
  if (failureFacts[failure.code].status === 401) headers['WWW-Authenticate'] = 'Bearer realm="tributary"'
  if (failureFacts[failure.code].retry === 'later')
    headers['Retry-After'] = String(failure.retryAfterSeconds ?? RETRY_AFTER_SECONDS)
  return headers
}
