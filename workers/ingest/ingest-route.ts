import { EVENT_TYPES, type EventType } from '../../shared/event/event.ts'

/**
 * The paths that SDKs call, and how each is read and answered. `call`: the body is one event and the path says of which
 * type. `batch`: `{ batch: [...] }`, or one bare event; the items say their type. `list`: one event or an array; the path
 * says the type, or which one counts when an item says none. `devices`: a list of device registrations. `cdp`: the
 * envelope of /cdp/ingest. `pixel`: one event in the query of an image. `counters`: an SDK's counts about itself.
 * `settings` and `source-config`: the documents without which an SDK does not start.
 */
export type IngestRoute =
  | { readonly shape: 'call'; readonly dialect: 'sdk'; readonly type: EventType }
  | { readonly shape: 'batch'; readonly dialect: 'sdk' }
  | { readonly shape: 'list'; readonly dialect: 'api'; readonly type?: EventType; readonly defaultType?: EventType }
  | { readonly shape: 'devices'; readonly dialect: 'api' }
  | { readonly shape: 'cdp'; readonly dialect: 'cdp' }

export interface PixelRoute {
  readonly shape: 'pixel'
  readonly dialect: 'sdk'
  readonly type: EventType
}

export type SettingsRoute =
  | { readonly shape: 'settings'; readonly dialect: 'sdk'; readonly key: string }
  | { readonly shape: 'source-config'; readonly dialect: 'sdk' }

export type SdkRoute =
  | IngestRoute
  | PixelRoute
  | SettingsRoute
  | { readonly shape: 'counters'; readonly dialect: 'sdk' }

const call = (type: EventType): SdkRoute => ({ shape: 'call', dialect: 'sdk', type })
const pixel = (type: EventType): SdkRoute => ({ shape: 'pixel', dialect: 'sdk', type })
const batch: SdkRoute = { shape: 'batch', dialect: 'sdk' }

/** Segment's browser SDK names each call by its first letter. */
const perType = EVENT_TYPES.flatMap((type): [string, SdkRoute][] => [
  [`/v1/${type}`, call(type)],
  [`/v1/${type[0]}`, call(type)],
  [`/api/s/${type}`, call(type)],
  [`/api/s/s2s/${type}`, call(type)],
  [`/v1/pixel/${type}`, pixel(type)],
])

const ROUTES: ReadonlyMap<string, SdkRoute> = new Map<string, SdkRoute>([
  ['/v1/batch', batch],
  ['/v1/b', batch],
  ['/v1/import', batch],
  ['/beacon/v1/batch', batch],
  ...perType,
  ['/pixel/v1/track', pixel('track')],
  ['/pixel/v1/page', pixel('page')],
  ['/v1/m', { shape: 'counters', dialect: 'sdk' }],
  ['/sourceConfig', { shape: 'source-config', dialect: 'sdk' }],
  ['/v1/events', { shape: 'list', dialect: 'api', defaultType: 'track' }],
  ['/v1/users', { shape: 'list', dialect: 'api', type: 'identify' }],
  ['/v1/devices', { shape: 'devices', dialect: 'api' }],
  ['/cdp/ingest', { shape: 'cdp', dialect: 'cdp' }],
])

/** With the host's `/v1` or, for a CDN host configured without it, bare. */
const SETTINGS = /^(?:\/v1)?\/projects\/([^/]+)\/settings$/

/** The route of a path, with or without a slash at its end; undefined when no SDK calls it. */
export function ingestRoute(path: string): SdkRoute | undefined {
  const route = ROUTES.get(path)
  if (route) return route
  const bare = path.endsWith('/') ? path.slice(0, -1) : path
  return ROUTES.get(bare) ?? settingsRoute(bare)
}

function settingsRoute(path: string): SdkRoute | undefined {
  const key = SETTINGS.exec(path)?.[1]
  return key === undefined ? undefined : { shape: 'settings', dialect: 'sdk', key }
}

/** The paths as they stand in the table, for tests and for whoever must know which paths are taken. */
export const INGEST_PATHS: readonly string[] = [...ROUTES.keys()]

/** Roots below which nothing lives but this and bulk imports: what is unknown there is answered so that a browser SDK can read it. */
const SDK_ROOTS =
  /^\/(?:v1(?!\/bulk\/)|beacon|pixel|projects|sourceConfig|api\/s|rsaMetrics|rsaRequest|transform)(?:\/|$)/

export function isBelowSdkRoot(path: string): boolean {
  return SDK_ROOTS.test(path)
}

/** The method that a route takes, beside OPTIONS. An image and a document may be asked for with HEAD too. */
export function methodOf(route: SdkRoute): 'GET' | 'POST' {
  return route.shape === 'pixel' || route.shape === 'settings' || route.shape === 'source-config' ? 'GET' : 'POST'
}

/** The path of a request URL, without the cost of parsing the whole of it. */
export function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('//') + 2)
  if (start === -1) return '/'
  const end = url.slice(start).search(/[?#]/)
  return end === -1 ? url.slice(start) : url.slice(start, start + end)
}
