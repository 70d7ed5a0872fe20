import { waitFor } from '../../platform/rate-limit.ts'
import type { OidcFailure } from '../../shared/contract/end-oidc.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'

/** Where a browser is led while it signs in with a provider. */
export function leadTo(location: string, ...cookies: readonly string[]): Response {
  const headers = new Headers({ Location: location })
  for (const cookie of cookies) headers.append('Set-Cookie', cookie)
  return new Response(null, { headers })
}

export function signInPageWith(failed: OidcFailure, workspace: string | undefined): string {
  return `/sign-in?${new URLSearchParams({ failed, ...(workspace === undefined ? {} : { workspace }) })}`
}

/** A page of the portal and of nobody else. */
export function insideOnly(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])[^\p{Cc}\\]*$/u.test(next) ? next : '/'
}

/** Anybody may begin, and each time a provider is called: a few a minute are enough for a person, and too few for more. */
const MOST_PER_MINUTE = 30

export function notTooOften(request: Request, now: number): Result<null, Failure> {
  const address = request.headers.get('CF-Connecting-IP') ?? 'here'
  const retryAfterSeconds = waitFor(`sign-in ${address}`, MOST_PER_MINUTE, now)
  if (retryAfterSeconds === 0) return ok(null)
  return err({ ...failure('rate_limited', 'too many sign-ins; please wait a little'), retryAfterSeconds })
}
