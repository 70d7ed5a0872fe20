/**
 * Expected failures of an operation, and the only place that knows their HTTP face. A failure is returned; a fault
 * (a bug, a broken machine) is thrown and becomes `internal` at the entry point.
 */
export const failureFacts = {
  invalid_request: { status: 400, title: 'The request is not valid', retry: 'never' },
  unauthorized: { status: 401, title: 'Credentials are missing or wrong', retry: 'never' },
  forbidden: { status: 403, title: 'The caller may not do this', retry: 'never' },
  not_found: { status: 404, title: 'There is no such thing', retry: 'never' },
  method_not_allowed: { status: 405, title: 'This path does not take that method', retry: 'never' },
  conflict: { status: 409, title: 'The present state does not allow this', retry: 'never' },
  too_large: { status: 413, title: 'The request is too large', retry: 'never' },
  unsupported_media_type: { status: 415, title: 'This kind of body is not taken here', retry: 'never' },
  unprocessable: { status: 422, title: 'The request is well formed but cannot be carried out', retry: 'never' },
  rate_limited: { status: 429, title: 'Too many requests', retry: 'later' },
  internal: { status: 500, title: 'Something broke on our side', retry: 'later' },
  unavailable: { status: 503, title: 'Temporarily unable to serve this', retry: 'later' },
} as const satisfies Record<string, { status: number; title: string; retry: 'never' | 'later' }>

export type FailureCode = keyof typeof failureFacts

export interface FieldError {
  /** Where, with dots: `batch.3.event`. */
  readonly path: string
  readonly message: string
}

export interface Failure {
  readonly code: FailureCode
  readonly detail: string
  readonly errors?: readonly FieldError[]
  /** Seconds after which trying again makes sense; only with `retry: 'later'`. */
  readonly retryAfterSeconds?: number
}

export function failure(code: FailureCode, detail: string, errors?: readonly FieldError[]): Failure {
  return errors && errors.length > 0 ? { code, detail, errors } : { code, detail }
}
