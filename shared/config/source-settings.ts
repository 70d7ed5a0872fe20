import { z } from 'zod'

/**
 * What a source may be told about its own traffic (contracts/http.md, `POST /api/v1/sources`). Open settings are kept as
 * they are and read back; secret ones are encrypted at rest, because a webhook's HMAC needs the plain value, and are
 * never read back.
 */
export const SOURCE_KINDS = ['web', 'mobile', 'server', 'webhook'] as const
export type SourceKind = (typeof SOURCE_KINDS)[number]

/** One address or a range of them. */
const IpRange = z
  .union(
    [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()],
    'must be an IPv4 or IPv6 address, or a range like 203.0.113.0/24',
  )
  .meta({ description: 'An address, or a range in CIDR form' })

/** Setting by setting, for this file and source-settings-patch.ts. */
export const OPEN_SETTINGS = {
  publicUrl: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .max(2_000)
    .meta({ description: 'The address as configured at the provider, with its query: some schemes sign it' }),
  topicArns: z.array(z.string().startsWith('arn:').max(300)).max(50).meta({ description: 'SNS topics that may post' }),
  organizationIds: z
    .array(z.string().regex(/^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/, 'must be a Salesforce id of 15 or 18 characters'))
    .max(50)
    .meta({ description: 'Salesforce organisations that may post outbound messages' }),
  legacySignatures: z.boolean().meta({ description: 'Accept the first two schemes of HubSpot, which sign no time' }),
  maxAgeSeconds: z
    .int()
    .min(1)
    .max(7 * 86_400)
    .meta({ description: 'Oldest signed time that is accepted' }),
  allowedIps: z.array(IpRange).max(200).meta({ description: 'Who may send; empty or absent is everybody' }),
  rateLimitPerMinute: z.int().min(1).max(1_000_000).meta({ description: 'Requests a minute; a batch is one' }),
  whenDisabled: z
    .enum(['refuse', 'pause'])
    .meta({ description: 'What senders hear while the source is disabled: 401 (they drop), or 404 (some keep)' }),
}

export const Secret = z.string().min(1).max(8_000)

export const SECRET_SETTINGS = {
  secrets: z.array(Secret).max(10).meta({ description: 'Any of them may have signed, so that they can be rotated' }),
  basicAuth: z.strictObject({
    user: z
      .string()
      .min(1)
      .max(255)
      .regex(/^[^:]*$/, 'must not contain a colon'),
    password: Secret,
  }),
  bearerToken: Secret,
  verifyToken: Secret.meta({ description: "Of Meta's verification request" }),
}

export const OpenSourceSettings = z.object(OPEN_SETTINGS).partial()
export type OpenSourceSettings = z.infer<typeof OpenSourceSettings>

export const SecretSourceSettings = z.object(SECRET_SETTINGS).partial()
export type SecretSourceSettings = z.infer<typeof SecretSourceSettings>

/** All settings as they are written. Unknown ones are refused: they are most often a spelling mistake. */
export const SourceSettings = z
  .strictObject({ ...OPEN_SETTINGS, ...SECRET_SETTINGS })
  .partial()
  .meta({ id: 'SourceSettings' })
export type SourceSettings = z.infer<typeof SourceSettings>

/** Of a secret only how it ends, and of a short one not even that. */
export const SecretHint = z
  .strictObject({ last4: z.string().meta({ description: 'How it ends; empty when that would tell too much' }) })
  .meta({ id: 'SecretHint' })
export type SecretHint = z.infer<typeof SecretHint>

/** Shorter ones would be given away by four characters. */
const LONG_ENOUGH = 16

export function hintOf(text: string): SecretHint {
  return { last4: text.length < LONG_ENOUGH ? '' : text.trimEnd().slice(-4) }
}
