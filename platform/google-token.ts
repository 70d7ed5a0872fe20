import { importPKCS8, SignJWT } from 'jose'
import { keyIn } from '../shared/warehouse/type/bigquery.ts'
import { WarehouseRefusal } from '../shared/warehouse/warehouse.ts'
import { contentHash } from './hashing.ts'
import type { OutboundRules } from './outbound-address.ts'
import { askWarehouse } from './warehouse-http.ts'

/** Access tokens of service accounts (https://developers.google.com/identity/protocols/oauth2/service-account), kept per isolate while they hold. */
const kept = new Map<string, { readonly token: string; readonly until: number }>()
const MOST_KEPT = 100
const HOUR_S = 3_600
/** Given back so long before its end. */
const SPARE_MS = 300_000

export async function googleToken(key: string, scope: string, rules: OutboundRules, now: number): Promise<string> {
  const name = contentHash(`${key}\n${scope}`)
  const known = kept.get(name)
  if (known && known.until > now) return known.token
  const account = keyIn(key)
  if (!account) throw new WarehouseRefusal('the key is no key file of a service account')
  const { client_email: email, private_key: pem, token_uri: url } = account
  const at = Math.floor(now / 1_000)
  const assertion = await new SignJWT({ scope })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .setIssuer(email)
    .setAudience(url)
    .setIssuedAt(at)
    .setExpirationTime(at + HOUR_S)
    .sign(await privateKey(pem))
  const body = `grant_type=${encodeURIComponent('urn:ietf:params:oauth:grant-type:jwt-bearer')}&assertion=${assertion}`
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const reply = await askWarehouse('Google', { method: 'POST', url, headers, body }, rules, [400])
  // A key that was revoked is a 400 `invalid_grant`.
  if (reply.status === 400) throw new WarehouseRefusal(`Google gives out no token: ${reply.body.slice(0, 300)}`)
  const { access_token: token, expires_in: seconds } = JSON.parse(reply.body) as Record<string, unknown>
  if (typeof token !== 'string') throw new Error('Google answered without a token')
  if (kept.size >= MOST_KEPT) kept.clear()
  kept.set(name, { token, until: now + Number(seconds ?? HOUR_S) * 1_000 - SPARE_MS })
  return token
}

async function privateKey(pem: string) {
  try {
    return await importPKCS8(pem, 'RS256')
  } catch (fault) {
    throw new WarehouseRefusal(`the private key cannot be read: ${(fault as Error).message}`)
  }
}
