import { ConfigStore } from '../../platform/config-store.ts'
import { ownerOfWriteKey } from '../../platform/hashing.ts'
import { isLiving } from '../../shared/config/source-keys.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import { addCors } from '../http/cors.ts'
import { credentialOf } from '../http/credentials.ts'
import type { SettingsRoute } from './ingest-route.ts'
import { type KnownSource, segmentSettings, sourceConfig } from './settings-documents.ts'

/**
 * What an SDK asks for before it sends anything. A browser SDK that gets no answer here stays silent for as long as its
 * page lives, so a configuration that cannot be read is no reason to refuse a key whose MAC is ours.
 */
export async function settings(
  request: Request,
  env: Env,
  route: SettingsRoute,
  requestId: string,
): Promise<Result<Response, Failure>> {
  const key = route.shape === 'settings' ? decoded(route.key) : writeKeyOf(request)
  const source = key === undefined ? undefined : await sourceOfKey(key, env)
  const document = documentFor(route, source, key, reachedAt(request))
  if (!document.ok) return document
  const text = JSON.stringify(document.value)
  const headers = addCors(
    { 'Content-Type': 'application/json', 'Cache-Control': CACHE_CONTROL, 'X-Request-Id': requestId },
    request,
  )
  return ok(new Response(request.method === 'HEAD' ? null : text, { headers }))
}

/** A minute saves a page's visitor most of these requests, and is short enough for a source that is switched off. */
const CACHE_CONTROL = 'private, max-age=60'

/** An unknown key is 404 in Segment's form (no document for it) and 401 in RudderStack's (a credential). */
function documentFor(
  route: SettingsRoute,
  source: KnownSource | undefined,
  key: string | undefined,
  url: URL,
): Result<object, Failure> {
  if (route.shape === 'settings') {
    if (!source?.enabled) return err(failure('not_found', 'there are no settings for this write key'))
    return ok(segmentSettings(key as string, url))
  }
  if (!source) return err(failure('unauthorized', 'invalid write key'))
  return ok(sourceConfig(key as string, source)) // says itself whether the source is enabled
}

function writeKeyOf(request: Request): string | undefined {
  const credential = credentialOf(request)
  return credential?.kind === 'write key' ? credential.key : undefined
}

/** Where the client reached us: a tunnel in front of a local Tributary takes the https off and says so. */
function reachedAt(request: Request): URL {
  const url = new URL(request.url)
  if (request.headers.get('X-Forwarded-Proto') === 'https') url.protocol = 'https:'
  return url
}

async function sourceOfKey(key: string, env: Env): Promise<KnownSource | undefined> {
  const owner = ownerOfWriteKey(env.WRITE_KEY_SECRET, key)
  if (!owner) return undefined
  const id = owner.sourceId
  const source = await new ConfigStore(env.DB).source(id)
  if (source === 'unreadable') return { id, name: id, workspace: '', enabled: true }
  if (source === 'unknown' || !isLiving(owner.generation, source.writeKeys)) return undefined
  return source
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined // a stray percent sign: no key of ours
  }
}
