import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { log } from './log.ts'

/** Who an ID token is about, once everything in it is proven. */
export interface OidcPerson {
  /** Issuer and subject: of all providers together just this one. */
  readonly subject: string
  /** Lower case; the provider says that it is theirs. */
  readonly email: string
  readonly name: string | undefined
}

export interface ExpectedToken {
  readonly issuer: string
  readonly clientId: string
  readonly nonce: string
  /** Epoch milliseconds. */
  readonly now: number
}

/** Signatures by a key pair only: with a shared secret, or none, whoever knows the client could sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']
const CLOCKS_DIFFER_SECONDS = 60

interface Claims {
  readonly nonce?: unknown
  readonly azp?: unknown
  readonly email?: unknown
  readonly email_verified?: unknown
  readonly name?: unknown
}

/** The person, or why not: the token proves nothing, or the address in it is not proven to be theirs. */
export async function personIn(
  idToken: string,
  keys: JSONWebKeySet,
  { issuer, clientId, nonce, now }: ExpectedToken,
): Promise<OidcPerson | 'provider' | 'unverified'> {
  try {
    const { payload } = await jwtVerify<Claims>(idToken, createLocalJWKSet(keys), {
      algorithms: ALGORITHMS,
      issuer,
      audience: clientId,
      requiredClaims: ['sub', 'iat', 'exp', 'nonce'],
      clockTolerance: CLOCKS_DIFFER_SECONDS,
      currentDate: new Date(now),
    })
    if (payload.nonce !== nonce) throw new Error('another nonce')
    // A token for several clients says which one asked for it.
    if (Array.isArray(payload.aud) && payload.aud.length > 1 && payload.azp !== clientId) throw new Error('another azp')
    const { email, email_verified: isVerified, name } = payload
    if (typeof email !== 'string' || !email.includes('@') || isVerified !== true) return 'unverified'
    return {
      subject: `${issuer} ${payload.sub as string}`,
      email: email.trim().toLowerCase(),
      name: typeof name === 'string' && name.trim() !== '' ? name.trim().slice(0, 200) : undefined,
    }
  } catch (fault) {
    log.warn('oidc: an ID token was refused', { fault })
    return 'provider'
  }
}
