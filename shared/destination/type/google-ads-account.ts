import { z } from 'zod'
import { normalised } from '../../transform/mapping.ts'
import type { Delivery } from '../delivery.ts'
import type { DestinationTools, OutgoingRequest, TokenExchange } from '../destination-type.ts'
import { fieldOf, jsonIn, reasonOf, retry } from '../verdict.ts'
import { numberIn, whoIn } from '../who.ts'

/** What every call to the Google Ads API needs: an account, a developer's token, and access that is renewed. */
const CustomerId = z.string().regex(/^\d{10}$/, 'must be ten digits, without dashes')

export const accountSettings = {
  customerId: CustomerId,
  loginCustomerId: CustomerId.optional(),
  developerToken: z.string().min(1).max(200),
  clientId: z.string().min(1).max(300),
  clientSecret: z.string().min(1).max(300),
  refreshToken: z.string().min(1).max(500),
  apiVersion: z
    .string()
    .regex(/^v\d{1,3}$/)
    .default('v26'),
} as const
const Account = z.object(accountSettings)
type Account = z.output<typeof Account>

export const ACCOUNT_SECRETS = ['developerToken', 'clientSecret', 'refreshToken'] as const

export const accountToken = {
  call: ({ clientId, clientSecret, refreshToken }: Account): OutgoingRequest => ({
    method: 'POST',
    url: 'https://oauth2.googleapis.com/token',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: Object.entries({
      grant_type: 'refresh_token',
      client_id: clientId,
      client_secret: clientSecret,
      refresh_token: refreshToken,
    })
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&'),
  }),
  read: ((reply) => {
    const [token, seconds] = ['access_token', 'expires_in'].map((name) => fieldOf(jsonIn(reply), name))
    if (typeof token === 'string') return { token, holdsMs: (numberIn(seconds) ?? 3_600) * 1_000 }
    return retry(`access token: ${reasonOf(reply)}`)
  }) satisfies TokenExchange['read'],
}

export function accountUrl({ apiVersion, customerId }: Account, method: string): string {
  return `https://googleads.googleapis.com/${apiVersion}/customers/${customerId}:${method}`
}

export function accountHeaders(
  { developerToken, loginCustomerId }: Account,
  { accessToken = '' }: DestinationTools,
): Readonly<Record<string, string>> {
  return {
    Authorization: `Bearer ${accessToken}`,
    'developer-token': developerToken,
    ...(loginCustomerId === undefined ? {} : { 'login-customer-id': loginCustomerId }),
  }
}

/** Hashed e-mail and phone as Google matches them; empty for a person who has neither. */
export function userIdentifiers(delivery: Delivery, { sha256 }: DestinationTools) {
  const { email, phone } = whoIn(delivery)
  return [
    ...(email === undefined ? [] : [{ hashedEmail: sha256(normalised(email, 'email')) }]),
    // E.164, the plus sign included.
    ...(phone === undefined ? [] : [{ hashedPhoneNumber: sha256(`+${normalised(phone, 'phone')}`) }]),
  ]
}
