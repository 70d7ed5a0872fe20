import { ConfigStore } from '../../platform/config-store.ts'
import { log } from '../../platform/log.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import { type Gate, type Sender, senderOf, senderOfWriteKey } from '../http/authenticate-source.ts'
import { addCors } from '../http/cors.ts'
import { credentialOf, keyOfBody } from '../http/credentials.ts'
import { POINT_GIF } from '../http/point-gif.ts'
import type { PixelRoute } from './ingest-route.ts'
import { keep, packArrival } from './keep-request.ts'
import { pixelItem } from './pixel-item.ts'

/**
 * An event in the address of an image: `/v1/pixel/track?data=…` and its kin. The answer is a transparent image whatever
 * became of the event, because nobody can read another one: a mail would show a broken picture. Why an event was refused
 * stands in a header, for whoever looks.
 */
export async function pixel(request: Request, env: Env, route: PixelRoute, requestId: string): Promise<Response> {
  const headers = addCors(
    {
      'Content-Type': 'image/gif',
      'Content-Length': String(POINT_GIF.byteLength),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'X-Request-Id': requestId,
    },
    request,
  )
  // Asking what is there is no visit.
  if (request.method === 'HEAD') return new Response(null, { headers })
  const kept = await keptPixel(request, env, route, requestId)
  if (!kept.ok) headers['X-Pixel-Refused'] = kept.failure.code
  return new Response(POINT_GIF, { headers })
}

async function keptPixel(
  request: Request,
  env: Env,
  route: PixelRoute,
  requestId: string,
): Promise<Result<'durable', Failure>> {
  try {
    const item = pixelItem(new URL(request.url).searchParams, route.type)
    if (!item.ok) return item
    const receivedAt = Date.now()
    const sender = await senderOfPixel(item.value, { request, env, configs: new ConfigStore(env.DB), now: receivedAt })
    if (!sender.ok) return sender
    const arrival = { requestId, sender: sender.value, receivedAt }
    const packed = packArrival(request, { items: [item.value], type: route.type }, arrival)
    const kept = await keep(packed, env, arrival)
    if (!kept.ok) log.error('pixel: lost, nothing durable took it', { correlation_id: requestId })
    return kept.ok ? ok('durable') : kept
  } catch (fault) {
    log.error('pixel: it failed', { correlation_id: requestId, fault })
    return err(failure('internal', 'something broke on our side'))
  }
}

async function senderOfPixel(item: JsonObject, gate: Gate): Promise<Result<Sender, Failure>> {
  const credential = credentialOf(gate.request)
  if (credential === undefined) {
    const key = keyOfBody(item)
    return key === undefined ? err(NO_KEY) : senderOfWriteKey(key, gate)
  }
  const claimed = await senderOf(credential, gate)
  if (!claimed.ok) return claimed
  return 'prove' in claimed.value ? claimed.value.prove(new Uint8Array()) : ok(claimed.value)
}

const NO_KEY = failure('unauthorized', 'the write key is missing')
