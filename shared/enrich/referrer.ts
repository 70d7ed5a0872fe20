import { z } from 'zod'
import { isObject, own } from '../kernel/json.ts'
import { CLICK_IDS, type ClickId, campaignOf, clickIdsOf } from './campaign.ts'
import { defineEnrichment } from './enrichment.ts'
import { isUnsaid } from './fill.ts'
import { hostOf, type Page, pageOf, parametersOf } from './page.ts'
import { isSameSite, isWithin, siteOf } from './site.ts'
import { cut } from './text.ts'

/**
 * What kind of place a visit came from. `name` is the place (`Google`, `ChatGPT`), else the domain; `term` what a search
 * engine says was searched for. A referrer that the sender classified is kept whole.
 */
export const REFERRER_TYPES = ['direct', 'internal', 'search', 'social', 'email', 'paid', 'ai', 'other'] as const
export type ReferrerType = (typeof REFERRER_TYPES)[number]

export const referrer = defineEnrichment({
  name: 'referrer',
  summary: `The kind of place that a visit came from: ${REFERRER_TYPES.join(', ')}`,
  reads: ['context.page', 'properties of a page call', 'context.referrer'],
  writes: ['context.referrer'],
  settings: z.object({
    enabled: z.boolean().default(true),
    internalDomains: z
      .array(z.string().regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/, 'is a domain in lower case'))
      .max(100)
      .default([])
      .meta({ description: 'Own domains beside that of the page: whoever comes from there was here already' }),
  }),
  look({ event }, { internalDomains }) {
    const said = own(event.context, 'referrer')
    if (typeof said === 'string' && said !== '') return undefined
    if (isObject(said) && !(isUnsaid(own(said, 'type')) && isUnsaid(own(said, 'id')))) return undefined
    const page = pageOf(event)
    const found = page && classOf(page, internalDomains)
    return found && { context: { referrer: { ...found } } }
  },
})

interface ReferrerClass {
  readonly type: ReferrerType
  readonly name?: string
  readonly term?: string
}

/** Undefined when the sender says nothing about where the visit came from: most calls of servers and apps. */
export function classOf(
  { host, query, referrer }: Page,
  internalDomains: readonly string[],
): ReferrerClass | undefined {
  const from = referrer ? hostOf(referrer) : undefined
  if (referrer && from === undefined) return { type: 'other' }
  if (from !== undefined && isInternal(from, host, internalDomains)) return { type: 'internal', name: named(from) }
  const site = from === undefined ? undefined : siteOf(from)
  const name = site?.name ?? (from === undefined ? undefined : named(from))
  const advertised = byCampaign(query)
  if (advertised) return { type: advertised, ...(name === undefined ? {} : { name }) }
  if (site) return { type: site.type, name: site.name, ...termOf(referrer ?? '', site.terms) }
  if (name !== undefined) return { type: 'other', name }
  return referrer === '' ? { type: 'direct' } : undefined
}

function isInternal(from: string, host: string | undefined, domains: readonly string[]): boolean {
  return domains.some((domain) => isWithin(from, domain)) || (host !== undefined && isSameSite(from, host))
}

function named(host: string): string {
  return host.replace(/^www\./, '')
}

const PAID_MEDIA = /^(?:cp[acmv]|ppc|paid.*|.*[-_ ]paid|display|banner|retargeting|remarketing|sem|ads?)$/i
const OTHER_MEDIA: readonly (readonly [RegExp, ReferrerType])[] = [
  [/^(?:e-?mail|newsletter)$/i, 'email'],
  [/^(?:social|social[-_ ].*|sm)$/i, 'social'],
]
/** ChatGPT and others sign the links they show, and open many of them without a referrer. */
const AI_SOURCES = /^(?:chatgpt(?:\.com)?|openai|perplexity(?:\.ai)?|claude(?:\.ai)?|gemini|copilot(?:\.com)?)$/i

/** What the link itself says, which survives where the referrer does not. */
function byCampaign(query: Page['query']): ReferrerType | undefined {
  if (query.length === 0) return undefined
  const ids = Object.keys(clickIdsOf(query) ?? {}) as ClickId[]
  const { medium, source } = campaignOf(query) ?? {}
  if (ids.some((id) => CLICK_IDS[id].paid) || (typeof medium === 'string' && PAID_MEDIA.test(medium))) return 'paid'
  if (typeof source === 'string' && AI_SOURCES.test(source)) return 'ai'
  return typeof medium === 'string' ? OTHER_MEDIA.find(([pattern]) => pattern.test(medium))?.[1] : undefined
}

const TERM_CHARS = 200

function termOf(referrer: string, names: readonly string[] = []): { readonly term?: string } {
  const mark = referrer.indexOf('?')
  if (mark === -1 || names.length === 0) return {}
  const query = parametersOf(referrer.slice(mark + 1).split('#', 1)[0] ?? '')
  const term = query.find(([name, value]) => names.includes(name) && value.trim() !== '')?.[1]
  return term === undefined ? {} : { term: cut(term.trim(), TERM_CHARS) }
}
