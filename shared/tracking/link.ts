import { z } from 'zod'
import { type CanonicalId, isCanonicalId } from '../kernel/id.ts'
import { jsonOf } from '../kernel/json.ts'

/**
 * What a tracking link knows by itself: whom it was made for, in which message, and where it leads. It travels inside the
 * sealed token (platform/tracking-links.ts), as a list because that is shorter.
 */
export const LINK_KINDS = ['open', 'click', 'unsubscribe'] as const
export type LinkKind = (typeof LINK_KINDS)[number]

/** `/t/o/…`, `/t/c/…`, `/t/u/…`. */
export const LINK_LETTERS: Readonly<Record<LinkKind, string>> = { open: 'o', click: 'c', unsubscribe: 'u' }

export interface Link {
  readonly kind: LinkKind
  /** The leaf it was made for: what is done with it belongs to these data. */
  readonly profile: CanonicalId
  readonly channel: string
  /** Epoch milliseconds, in whole seconds. */
  readonly issuedAt: number
  readonly expiresAt: number
  /** Of a click. */
  readonly url?: string | undefined
  readonly campaign?: string | undefined
  readonly delivery?: string | undefined
}

const Packed = z.tuple([
  z.literal(1),
  z.enum(LINK_KINDS),
  z.string().refine(isCanonicalId),
  z.string(),
  z.int(),
  z.int(),
  z.string(),
  z.string(),
  z.string(),
])

export function packLink(link: Link): string {
  const { kind, profile, channel, issuedAt, expiresAt, url = '', campaign = '', delivery = '' } = link
  const seconds = [issuedAt, expiresAt].map((at) => Math.floor(at / 1_000))
  return JSON.stringify([1, kind, profile, channel, ...seconds, url, campaign, delivery])
}

/** Undefined for what an other version, or nobody, packed. */
export function unpackLink(text: string): Link | undefined {
  const parsed = Packed.safeParse(jsonOf(text))
  if (!parsed.success) return undefined
  const [, kind, profile, channel, issued, expires, url, campaign, delivery] = parsed.data
  return {
    kind,
    profile: profile as CanonicalId, // the schema asked
    channel,
    issuedAt: issued * 1_000,
    expiresAt: expires * 1_000,
    ...(url === '' ? {} : { url }),
    ...(campaign === '' ? {} : { campaign }),
    ...(delivery === '' ? {} : { delivery }),
  }
}
