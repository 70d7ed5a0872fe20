import type { Failure } from '../../shared/kernel/failure.ts'
import { failure } from '../../shared/kernel/failure.ts'
import type { Answer } from '../../shared/provider/provider.ts'
import { problem } from '../http/problem.ts'

/**
 * What providers hear. They act on the status alone: 2xx is done, 503 asks to come again, and each has a status of its
 * own for "never again". The body is for the operator who looks into the provider's log; it says no secret.
 */
export function answered(answer: Answer, requestId: string): Response {
  const headers: Record<string, string> = {
    'X-Request-Id': requestId,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  }
  if (answer.contentType !== undefined) headers['Content-Type'] = answer.contentType
  return new Response(answer.body ?? null, { status: answer.status, headers })
}

/** Wrong secret and wrong signature are one answer: which one it is stands in the metrics of the workspace. */
export function refusedCall(status: number, requestId: string): Response {
  const body = {
    code: 'unauthorized',
    title: 'The call could not be verified',
    detail: 'the signature or credential of this call is missing, wrong or too old',
    requestId,
  }
  return Response.json(body, {
    status,
    headers: { 'Content-Type': 'application/problem+json', 'X-Request-Id': requestId },
  })
}

export const NO_SUCH_HOOK = failure('not_found', 'there is no webhook at this path')
export const WRONG_METHOD = failure('method_not_allowed', 'this path takes POST')
export const NOT_ALLOWED_IP = failure('forbidden', 'calls from this address are not accepted')
export const TRY_LATER = failure('unavailable', 'nothing durable could be written; please send this again')
export const TOO_LARGE = failure('too_large', 'the body is larger than 2 MiB')

export function failed(fault: Failure, requestId: string): Response {
  return problem(fault, requestId)
}
