import type { EventType } from '../../shared/event/event.ts'

/**
 * The paths that take events, and how each is read and answered. `call`: the body is one event and the path says of
 * which type. `batch`: `{ batch: [...] }`, or one bare event; the items say their type. `list`: one event or an array;
 * the path says the type, or which one counts when an item says none. `cdp`: the envelope of /cdp/ingest.
 */
export type IngestRoute =
  | { readonly shape: 'call'; readonly dialect: 'sdk'; readonly type: EventType }
  | { readonly shape: 'batch'; readonly dialect: 'sdk' }
  | { readonly shape: 'list'; readonly dialect: 'api'; readonly type?: EventType; readonly defaultType?: EventType }
  | { readonly shape: 'cdp'; readonly dialect: 'cdp' }

const call = (type: EventType): IngestRoute => ({ shape: 'call', dialect: 'sdk', type })
const batch: IngestRoute = { shape: 'batch', dialect: 'sdk' }

const ROUTES: ReadonlyMap<string, IngestRoute> = new Map<string, IngestRoute>([
  ['/v1/batch', batch],
  ['/v1/b', batch],
  ['/v1/import', batch],
  ['/v1/track', call('track')],
  ['/v1/t', call('track')],
  ['/v1/identify', call('identify')],
  ['/v1/i', call('identify')],
  ['/v1/page', call('page')],
  ['/v1/p', call('page')],
  ['/v1/screen', call('screen')],
  ['/v1/s', call('screen')],
  ['/v1/group', call('group')],
  ['/v1/g', call('group')],
  ['/v1/alias', call('alias')],
  ['/v1/a', call('alias')],
  ['/v1/events', { shape: 'list', dialect: 'api', defaultType: 'track' }],
  ['/v1/users', { shape: 'list', dialect: 'api', type: 'identify' }],
  ['/cdp/ingest', { shape: 'cdp', dialect: 'cdp' }],
])

/** The ingestion route of a path, with or without a slash at its end; undefined when it takes no events. */
export function ingestRoute(path: string): IngestRoute | undefined {
  return ROUTES.get(path) ?? (path.endsWith('/') ? ROUTES.get(path.slice(0, -1)) : undefined)
}

export const INGEST_PATHS: readonly string[] = [...ROUTES.keys()]

/** The path of a request URL, without the cost of parsing the whole of it. */
export function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('//') + 2)
  if (start === -1) return '/'
  const end = url.slice(start).search(/[?#]/)
  return end === -1 ? url.slice(start) : url.slice(start, start + end)
}
