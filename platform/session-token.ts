import { hkdfSync } from 'node:crypto'
import { jwtVerify, SignJWT } from 'jose'

/**
 * A session of the portal: a JWT that names the API token it was made with, and nothing that this token may. What may be
 * done is asked of the token at every call, so that revoking it ends its sessions.
 */
export interface Session {
  readonly workspace: string
  readonly tokenId: string
  /** Epoch milliseconds. */
  readonly expiresAt: number
}

export const SESSION_SECONDS = 7 * 86_400
const ISSUER = 'tributary'
const AUDIENCE = 'portal'

/** Derived, so that a session can never be taken for another thing that the same secret signs. */
let derived: { readonly from: string; readonly key: Uint8Array } | undefined

function keyFrom(secret: string): Uint8Array {
  if (derived?.from !== secret) {
    derived = { from: secret, key: new Uint8Array(hkdfSync('sha256', secret, '', 'tributary session v1', 32)) }
  }
  return derived.key
}

/** `now` in epoch milliseconds. */
export function sessionToken(
  secret: string,
  { workspace, tokenId }: Omit<Session, 'expiresAt'>,
  now: number,
): Promise<string> {
  const seconds = Math.floor(now / 1_000)
  return new SignJWT({ workspace })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(tokenId)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + SESSION_SECONDS)
    .sign(keyFrom(secret))
}

/** The session a text stands for, or undefined when it is none of ours or has ended. */
export async function sessionOf(secret: string, text: string, now: number): Promise<Session | undefined> {
  try {
    const { payload } = await jwtVerify<{ workspace: string }>(text, keyFrom(secret), {
      algorithms: ['HS256'],
      issuer: ISSUER,
      audience: AUDIENCE,
      requiredClaims: ['sub', 'exp'],
      currentDate: new Date(now),
    })
    // Nobody but us can sign, and we sign both.
    return { workspace: payload.workspace, tokenId: payload.sub as string, expiresAt: (payload.exp as number) * 1_000 }
  } catch {
    return undefined // jose throws for every text that is no session, whatever the reason
  }
}
