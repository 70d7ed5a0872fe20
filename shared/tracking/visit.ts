/**
 * Who followed a link: a person, a proxy that fetches on a person's behalf (perhaps before they look, perhaps though they
 * never do), or a scanner that reads every mail. Judged by what the request says about itself; never a reason to refuse,
 * and an open alone should never decide anything (contracts/providers.md §5).
 */
export const VERDICTS = ['human', 'proxy', 'scanner'] as const
export type Verdict = (typeof VERDICTS)[number]

export interface Visit {
  readonly kind: 'open' | 'click'
  readonly method: string
  /** In lower case names. */
  readonly header: (name: string) => string | null
  /** Since the link was made, in ms. */
  readonly ageMs: number
}

export interface Judgement {
  readonly verdict: Verdict
  readonly reasons: readonly string[]
}

const PROXIES: readonly (readonly [RegExp, string])[] = [
  [/GoogleImageProxy|ggpht\.com/i, 'gmail_image_proxy'],
  [/YahooMailProxy/i, 'yahoo_mail_proxy'],
  // Apple's Mail Privacy Protection says this and not a word more.
  [/^Mozilla\/5\.0$/, 'apple_mail_privacy'],
  [/Outlook-iOS-Android-Proxy|OutlookImageProxy/i, 'outlook_image_proxy'],
]

const SCANNERS: readonly (readonly [RegExp, string])[] = [
  [/SafeLinks|BingPreview|Microsoft Office Existence Discovery|MSOffice.*Protection/i, 'outlook_safelinks'],
  [
    /proofpoint|urldefense|barracuda|mimecast|symantec|messagelabs|fireeye|trellix|trend ?micro|sophos|ironport|cisco|forcepoint|websense|zscaler|checkpoint|avanan|virustotal|mcafee|bitdefender/i,
    'security_scanner',
  ],
  [/bot\b|bot\/|crawl|spider|slurp|preview|scan(?:ner)?\b|facebookexternalhit|whatsapp\/|headless|phantomjs/i, 'robot'],
  [
    /^(?:curl|wget|python|go-http|java|node|undici|axios|okhttp|libwww|ruby|php|perl|apache-httpclient|postman|insomnia)/i,
    'script',
  ],
]

/** Mail gateways follow a link within moments of its being sent; people take longer. */
const TOO_FAST_MS = 2_000

export function judgeVisit({ kind, method, header, ageMs }: Visit): Judgement {
  const agent = (header('user-agent') ?? '').trim()
  const reasons: string[] = []
  if (method === 'HEAD' || method === 'OPTIONS') reasons.push('head')
  if (agent === '') reasons.push('no_user_agent')
  reasons.push(...namesIn(SCANNERS, agent))
  if (reasons.length > 0) return { verdict: 'scanner', reasons }

  const proxies = [...namesIn(PROXIES, agent), ...(isPrefetch(header) ? ['prefetch'] : [])]
  if (proxies.length > 0) return { verdict: 'proxy', reasons: proxies }

  const weak: string[] = []
  if (ageMs < TOO_FAST_MS) weak.push('too_fast')
  if (header('accept-language') === null) weak.push('no_accept_language')
  // A browser that follows a link says its language; what loads an image often does not, so there it proves nothing.
  return { verdict: kind === 'click' && weak.length > 1 ? 'scanner' : 'human', reasons: weak }
}

function namesIn(known: readonly (readonly [RegExp, string])[], agent: string): readonly string[] {
  return known.filter(([pattern]) => pattern.test(agent)).map(([, name]) => name)
}

function isPrefetch(header: Visit['header']): boolean {
  return ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].some((name) =>
    /prefetch|preview|prerender/i.test(header(name) ?? ''),
  )
}
