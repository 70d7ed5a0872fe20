import { z } from 'zod'
import { cleanText } from '../kernel/json.ts'
import { cut } from './text.ts'

/**
 * Where a connection came from, as the network edge says: about a device's way into the Internet, not about a person's
 * home. How fine it may be is the workspace's to say, and nothing finer is kept anywhere.
 */
export const GEO_PRECISIONS = ['none', 'country', 'region', 'city'] as const
export type GeoPrecision = (typeof GEO_PRECISIONS)[number]

const text = z.string().min(1).max(100)

export const Geo = z.object({
  /** ISO 3166-1, two letters. */
  country: z.string().length(2),
  /** The network that the connection came through. */
  asn: z.int().positive().optional(),
  region: text.optional(),
  /** ISO 3166-2 without the country. */
  regionCode: text.optional(),
  timezone: text.optional(),
  city: text.optional(),
  postalCode: text.optional(),
  latitude: z.number().min(-90).max(90).optional(),
  longitude: z.number().min(-180).max(180).optional(),
})
export type Geo = z.infer<typeof Geo>

/** What is said from which precision on. An IANA time zone is finer than many a country. */
const FIELDS: { readonly [field in keyof Geo]: GeoPrecision } = {
  country: 'country',
  asn: 'country',
  region: 'region',
  regionCode: 'region',
  timezone: 'region',
  city: 'city',
  postalCode: 'city',
  latitude: 'city',
  longitude: 'city',
}
const ORDER = new Map(GEO_PRECISIONS.map((precision, i) => [precision, i]))
const GRAINED = Object.entries(FIELDS).map(([field, from]) => [field, ORDER.get(from) as number] as const)

/**
 * The facts of an edge (Cloudflare's `request.cf`, or a Geo) no finer than allowed. Coordinates are those of a city:
 * a tenth of a degree, some 11 km. Undefined when not even the country may be said, or is known (`XX`, Tor's `T1`).
 *
 * @law nothing finer than the precision is left, and trimming again changes nothing
 */
export function trimGeo(facts: object | undefined, precision: GeoPrecision): Geo | undefined {
  if (facts === undefined || precision === 'none') return undefined
  const found = facts as { readonly [field: string]: unknown }
  const country = found['country']
  if (typeof country !== 'string' || !/^[A-Z]{2}$/.test(country) || country === 'XX') return undefined
  const most = ORDER.get(precision) as number
  const geo: { [field: string]: string | number } = { country }
  for (const [field, from] of GRAINED) {
    if (from > most || field === 'country') continue
    const value = fact(field, found[field])
    if (value !== undefined) geo[field] = value
  }
  return geo as unknown as Geo // every field was checked by fact()
}

function fact(field: string, value: unknown): string | number | undefined {
  if (value === undefined || value === null || value === '') return undefined
  switch (field) {
    case 'asn':
      return Number.isSafeInteger(value) && Number(value) > 0 ? Number(value) : undefined
    case 'latitude':
      return rounded(value, 90)
    case 'longitude':
      return rounded(value, 180)
    default:
      return typeof value === 'string' ? cleanText(cut(value, 100)) : undefined
  }
}

function rounded(value: unknown, most: number): number | undefined {
  const degrees = Math.round(Number(value) * 10) / 10
  // `+ 0`: JSON has no -0.
  return Math.abs(degrees) <= most ? degrees + 0 : undefined
}
