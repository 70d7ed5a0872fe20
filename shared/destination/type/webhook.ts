import { z } from 'zod'
import { toIso } from '../../kernel/instant.ts'
import { DELIVERY_TYPES } from '../delivery.ts'
import { defineDestination, jsonPost, single } from '../destination-type.ts'
import { signedRequest } from '../signed-request.ts'
import { DELIVERED, reasonOf, refused, retry, retryAfter } from '../verdict.ts'

/**
 * Any endpoint of one's own, with the signature of Standard Webhooks 1.0.0. The receiver's status decides: 2xx is
 * delivered, 410 is a receiver that is gone for good, everything else may be better later.
 */
export const webhook = defineDestination({
  type: 'webhook',
  title: 'Webhook',
  about: 'Posts every event as JSON to an address of yours, signed as in Standard Webhooks 1.0.0.',
  settings: z.strictObject({
    url: z.url('must be an address').max(2_000).meta({ description: 'Where to post; https' }),
    secret: z.string().min(1).max(500).meta({ description: '`whsec_` and base64, or any text; signs what is posted' }),
  }),
  secrets: ['secret'],
  addresses: ['url'],
  takes: DELIVERY_TYPES,
  call: single(({ key, type, at, data }, { url, secret }, tools) => {
    return signedRequest(jsonPost(url, { type, timestamp: toIso(at), data }), key, secret, tools)
  }),
  read(reply, now) {
    const { status } = reply
    if (status >= 200 && status < 300) return DELIVERED
    if (status === 410) return refused('HTTP 410: the receiver is gone')
    if (status >= 300 && status < 400) return retry(`HTTP ${status}: a redirect, which is not followed`)
    return retry(reasonOf(reply), retryAfter(reply, now))
  },
})
