import { BRANDS, SITES, type Site } from './referrer-sites.ts'

/** The known site that a host belongs to. */
export function siteOf(host: string): Site | undefined {
  const labels = host.split('.')
  for (let i = 0; i <= labels.length - 2; i++) {
    const site = SITES.get(labels.slice(i).join('.'))
    if (site) return site
  }
  return brandOf(labels)
}

/** Subdomains under which a brand is what it is known for; `docs.google.com` is no search. */
const FRONT = new Set(['www', 'm', 'l', 'lm', 'images', 'search', 'encrypted', 'lens'])

/** `www.google.co.uk`, `de.search.yahoo.com`: the brand, and behind it nothing but an ending. */
function brandOf(labels: readonly string[]): Site | undefined {
  const end = labels.length - (hasTwoPartEnding(labels) ? 2 : 1)
  const name = labels[end - 1]
  if (name === undefined) return undefined
  const before = labels.slice(0, end - 1)
  const two = before.length > 0 ? BRANDS.get(`${before.at(-1)}.${name}`) : undefined
  if (two) return two
  return before.every((label) => FRONT.has(label)) ? BRANDS.get(name) : undefined
}

const SECOND_LEVEL = new Set(['co', 'com', 'org', 'net', 'gov', 'ac', 'edu', 'or', 'ne', 'go', 'gob', 'gv', 'nom'])

/** `co.uk`, `com.br`: whoever has a name below it is somebody else than his neighbour. */
function hasTwoPartEnding(labels: readonly string[]): boolean {
  return labels.length > 2 && labels.at(-1)?.length === 2 && SECOND_LEVEL.has(labels.at(-2) ?? '')
}

/** Places where each subdomain is another's site. */
const SHARED_HOSTING = new Set(
  (
    'github.io gitlab.io pages.dev workers.dev vercel.app netlify.app herokuapp.com web.app firebaseapp.com ' +
    'myshopify.com blogspot.com wordpress.com wixsite.com squarespace.com webflow.io azurewebsites.net cloudfront.net ' +
    'amazonaws.com fly.dev onrender.com substack.com tumblr.com notion.site carrd.co framer.website'
  ).split(' '),
)

export function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`)
}

/** Whether two hosts are most likely one owner's: one inside of the other, or both below the same registered name. */
export function isSameSite(a: string, b: string): boolean {
  const [one, other] = [a.replace(/^www\./, ''), b.replace(/^www\./, '')]
  if (one === other) return true
  const name = registeredName(one)
  return name !== undefined && !SHARED_HOSTING.has(name) && name === registeredName(other)
}

function registeredName(host: string): string | undefined {
  const labels = host.split('.')
  // An address of numbers has no name in it.
  if (labels.length < 2 || /^\d+$/.test(labels.at(-1) ?? '')) return undefined
  return labels.slice(hasTwoPartEnding(labels) ? -3 : -2).join('.')
}
