import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'

/**
 * An OpenID Connect provider, as much of it as a sign-in needs: its document, its page that leads back at once, tokens that
 * are really signed, and what an evil or broken one would do instead.
 */
export interface Somebody {
  readonly sub: string
  readonly email: string
  readonly email_verified?: boolean
  readonly name?: string
}

export interface Misbehaviour {
  readonly claims?: JWTPayload
  /** Signed with a key that is not in its key set. */
  readonly otherKey?: boolean
  readonly algorithm?: 'none' | 'HS256'
  readonly documentIssuer?: string
  readonly tokenStatus?: number
}

export interface OidcProviderFake {
  readonly clientId: string
  readonly clientSecret: string
  /** Who is at the browser, and what goes wrong; may be changed between sign-ins. */
  now: { person: Somebody; wrong: Misbehaviour }
  /** As a server answers. */
  answer(request: Request): Promise<Response>
}

interface Code {
  readonly nonce: string
  readonly challenge: string
  readonly redirectUri: string
}

const KEY_ID = 'k1'

export async function anOidcProvider(issuer: string, person: Somebody): Promise<OidcProviderFake> {
  const [pair, other] = [await generateKeyPair('ES256'), await generateKeyPair('ES256')]
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: KEY_ID, alg: 'ES256', use: 'sig' }
  const codes = new Map<string, Code>()
  const fake: OidcProviderFake = {
    clientId: 'tributary-test',
    clientSecret: 's3cret & more',
    now: { person, wrong: {} },
    async answer(request) {
      const url = new URL(request.url)
      if (url.pathname === '/.well-known/openid-configuration') return Response.json(document())
      if (url.pathname === '/keys') return Response.json({ keys: [jwk] })
      if (url.pathname === '/authorize') return lead(url.searchParams)
      if (url.pathname === '/token' && request.method === 'POST') return token(request)
      return new Response('nothing here', { status: 404 })
    },
  }
  function document() {
    return {
      issuer: fake.now.wrong.documentIssuer ?? issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/keys`,
    }
  }
  function lead(given: URLSearchParams): Response {
    const [code, redirectUri] = [crypto.randomUUID(), given.get('redirect_uri') ?? '']
    codes.set(code, { nonce: given.get('nonce') ?? '', challenge: given.get('code_challenge') ?? '', redirectUri })
    const back = new URL(redirectUri)
    back.searchParams.set('code', code)
    back.searchParams.set('state', given.get('state') ?? '')
    return new Response(null, { status: 302, headers: { Location: back.toString() } })
  }
  async function token(request: Request): Promise<Response> {
    const form = new URLSearchParams([...(await request.formData())].map(([name, value]) => [name, String(value)]))
    const known = codes.get(form.get('code') ?? '')
    const basic = atob((request.headers.get('Authorization') ?? '').replace('Basic ', ''))
    const expected = [fake.clientId, fake.clientSecret].map((one) =>
      new URLSearchParams({ x: one }).toString().slice(2),
    )
    if (fake.now.wrong.tokenStatus !== undefined) return Response.json({}, { status: fake.now.wrong.tokenStatus })
    if (!known || basic !== expected.join(':')) return Response.json({ error: 'invalid_client' }, { status: 401 })
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(form.get('code_verifier') ?? ''))
    const isProven =
      known.challenge === base64url(new Uint8Array(digest)) && known.redirectUri === form.get('redirect_uri')
    if (!isProven) return Response.json({ error: 'invalid_grant' }, { status: 400 })
    return Response.json({ id_token: await idToken(known.nonce), token_type: 'Bearer', access_token: 'x' })
  }
  async function idToken(nonce: string): Promise<string> {
    const { person, wrong } = fake.now
    const seconds = Math.floor(Date.now() / 1_000)
    const standard = { iss: issuer, aud: fake.clientId, iat: seconds, exp: seconds + 300 }
    const claims = { ...standard, nonce, email_verified: true, ...person, ...wrong.claims }
    if (wrong.algorithm === 'none') return `${encoded({ alg: 'none' })}.${encoded(claims)}.`
    if (wrong.algorithm === 'HS256')
      return new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256' })
        .sign(new TextEncoder().encode(fake.clientSecret.padEnd(32)))
    const key = wrong.otherKey ? other.privateKey : pair.privateKey
    return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: KEY_ID }).sign(key)
  }
  return fake
}

function encoded(value: unknown): string {
  return base64url(new TextEncoder().encode(JSON.stringify(value)))
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}
