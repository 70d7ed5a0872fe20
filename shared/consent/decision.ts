import { DAY } from '../kernel/instant.ts'
import { own } from '../kernel/json.ts'
import { bareName, type ConsentWrite } from './consent.ts'
import type { ConsentSettings, SilenceRules } from './consent-settings.ts'

/**
 * May this be done to this person now? Asked at the moment of sending, of the profile as it is then, and answered with
 * its reasons, which are the record of it.
 */
export interface ConsentQuestion {
  readonly channels?: readonly string[] | undefined
  readonly purposes?: readonly string[] | undefined
  /** `all` must be consented to, or `any` one of them. */
  readonly mode?: 'all' | 'any' | undefined
}

export interface ConsentingPerson {
  readonly consents: { readonly [name: string]: Pick<ConsentWrite, 'status' | 'at' | 'expiresAt'> }
  /** `DE`, `US-CA`; undefined while it is not known. */
  readonly region?: string | undefined
}

export interface ConsentReason {
  readonly name: string
  readonly allowed: boolean
  /** What decided: what the person said, an expired consent, or a rule about silence. */
  readonly by: 'granted' | 'denied' | 'withdrawn' | 'expired' | 'silence'
  /** Of silence and expiry: where the rule stands, `absent.*` or `regions.EU.email`; `default` when there is none. */
  readonly rule?: string
}

export interface ConsentVerdict {
  readonly allowed: boolean
  readonly because: readonly ConsentReason[]
}

/**
 * Total: every name asked about gets a reason.
 * @law what was refused is never allowed; asking for nothing is allowed
 */
export function consentDecision(
  policy: ConsentSettings,
  person: ConsentingPerson,
  question: ConsentQuestion,
  now: number,
): ConsentVerdict {
  const names = [...new Set([...(question.channels ?? []), ...(question.purposes ?? [])].map(bareName))]
  const because = names.map((name) => reasonOf(policy, person, name, now))
  const isAllowed = ({ allowed }: ConsentReason) => allowed
  const allowed = names.length === 0 || (question.mode === 'any' ? because.some(isAllowed) : because.every(isAllowed))
  return { allowed, because }
}

function reasonOf(policy: ConsentSettings, person: ConsentingPerson, name: string, now: number): ConsentReason {
  const said = own(person.consents, name)
  if (said && said.status !== 'granted') return { name, allowed: false, by: said.status }
  if (said && now < expiryOf(policy, name, said)) return { name, allowed: true, by: 'granted' }
  const { rule, status } = silence(policy, name, person.region)
  return { name, allowed: status === 'granted', by: said ? 'expired' : 'silence', rule }
}

/** When a consent ends, by its own date or the policy's, whichever is earlier; Infinity when it does not. */
export function expiryOf(policy: ConsentSettings, name: string, said: Pick<ConsentWrite, 'at' | 'expiresAt'>): number {
  const days = own(policy.expiresAfterDays, name) ?? own(policy.expiresAfterDays, '*')
  const byPolicy = days === undefined ? Number.POSITIVE_INFINITY : said.at + days * DAY
  return Math.min(said.expiresAt ?? Number.POSITIVE_INFINITY, byPolicy)
}

/** The rule of the most exact region that speaks of the name; an unknown region is the strictest of all that do. */
function silence(
  policy: ConsentSettings,
  name: string,
  region: string | undefined,
): { readonly rule: string; readonly status: 'granted' | 'denied' } {
  for (const place of region === undefined ? [] : placesOf(region)) {
    const found = ruleFor(own(policy.regions, place), name)
    if (found) return { rule: `regions.${place}.${found.key}`, status: found.status }
  }
  if (region === undefined) {
    // Nobody knows where this person is, so the strictest law may be theirs.
    for (const place of Object.keys(policy.regions).sort()) {
      const found = ruleFor(policy.regions[place], name)
      if (found?.status === 'denied') return { rule: `regions.${place}.${found.key}`, status: 'denied' }
    }
  }
  const found = ruleFor(policy.absent, name)
  return found ? { rule: `absent.${found.key}`, status: found.status } : { rule: 'default', status: 'denied' }
}

function ruleFor(rules: SilenceRules | undefined, name: string) {
  for (const key of [name, '*']) {
    const status = rules && own(rules, key)
    if (status) return { key, status }
  }
  return undefined
}

/** `US-CA` is also `US`; `DE` is also `EU`. */
function placesOf(region: string): readonly string[] {
  const country = region.slice(0, 2)
  const places = region === country ? [country] : [region, country]
  return EUROPE.has(country) ? [...places, 'EU'] : places
}

/** European Economic Area, United Kingdom, Switzerland: where the GDPR or its like is the law. */
const EUROPE: ReadonlySet<string> = new Set(
  'AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO GB CH EU'.split(' '),
)
