import { seal, unseal } from '../../platform/sealing.ts'
import { jsonOf } from '../../shared/kernel/json.ts'
import { cookie, cookieIn } from './session-cookie.ts'

/**
 * A sign-in that is on its way to a provider and back, kept by the browser that began it, sealed: so no other browser can
 * bring it to an end, and nothing is stored for those who never come back.
 */
export interface OidcJourney {
  readonly workspace: string
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly next: string
  /** Epoch milliseconds. */
  readonly endsAt: number
}

export const JOURNEY_SECONDS = 600
const NAME = 'tributary_oidc'
const PLACE = 'sign-in/oidc'

export function journeyCookie(request: Request, env: Env, journey: OidcJourney): string {
  const sealed = seal(env.IDENTITY_SECRET, PLACE, JSON.stringify(journey))
  return cookie(request, NAME, sealed, JOURNEY_SECONDS, '/sign-in')
}

export function endedJourneyCookie(request: Request): string {
  return cookie(request, NAME, '', 0, '/sign-in')
}

/** Undefined without one, for one that is none of ours, and for one that has ended. */
export function journeyIn(request: Request, env: Env, now: number): OidcJourney | undefined {
  const sealed = cookieIn(request, NAME)
  if (sealed === undefined) return undefined
  try {
    // Nobody but us can seal.
    const journey = jsonOf(unseal(env.IDENTITY_SECRET, PLACE, sealed)) as unknown as OidcJourney
    return journey.endsAt > now ? journey : undefined
  } catch {
    return undefined // whatever somebody put there
  }
}
