import { z } from 'zod'
import { isObject, type JsonValue } from '../../kernel/json.ts'
import { defineDestination, jsonPost } from '../destination-type.ts'
import { DELIVERED, fieldOf, jsonIn, readStatus, reasonOf, refused, retry, type Verdict } from '../verdict.ts'
import { nameIn, propertiesIn, whoIn } from '../who.ts'

const HOSTS = { us: 'api', eu: 'api-eu', in: 'api-in' } as const

/** https://developer.mixpanel.com/reference/import-events, which names the events it did not take. */
export const mixpanel = defineDestination({
  type: 'mixpanel',
  title: 'Mixpanel',
  about:
    'Events by the import API, deduplicated by `$insert_id`. Built from its documentation; not verified against it.',
  settings: z.strictObject({
    projectId: z.string().regex(/^\d{1,20}$/, 'must be digits'),
    user: z.string().min(1).max(200).meta({ description: 'A service account' }),
    secret: z.string().min(1).max(200),
    region: z.enum(['us', 'eu', 'in']).default('us'),
  }),
  secrets: ['secret'],
  takes: ['track', 'page', 'screen'],
  most: 100,
  call(deliveries, { projectId, user, secret, region }, { sha256, toBase64 }) {
    const events = deliveries.map((delivery) => {
      const { userId, anonymousId, profile } = whoIn(delivery)
      const own = {
        time: delivery.at,
        distinct_id: userId ?? anonymousId ?? profile,
        // 36 characters of letters, digits and dashes.
        $insert_id: sha256(delivery.key).slice(0, 32),
        ...(userId === undefined ? {} : { $user_id: userId }),
        ...(anonymousId === undefined ? {} : { $device_id: anonymousId }),
      }
      return { event: nameIn(delivery).slice(0, 255), properties: { ...propertiesIn(delivery), ...own } }
    })
    const url = `https://${HOSTS[region]}.mixpanel.com/import?strict=1&project_id=${projectId}`
    return jsonPost(url, events, { Authorization: `Basic ${toBase64(`${user}:${secret}`)}` })
  },
  read(reply, now, count) {
    const failed = fieldOf(jsonIn(reply), 'failed_records')
    if (reply.status !== 400 || !Array.isArray(failed) || failed.length === 0) {
      if (reply.status === 413 && count > 1) return retry(reasonOf(reply))
      return readStatus(reply, now)
    }
    // The others were imported.
    const reasons = new Map(
      (failed as readonly JsonValue[]).filter(isObject).map((one) => [one['index'], one['message']]),
    )
    return Array.from({ length: count }, (_, i): Verdict => {
      const reason = reasons.get(i)
      return reasons.has(i) ? refused(`HTTP 400: ${String(reason ?? 'not taken').slice(0, 200)}`) : DELIVERED
    })
  },
})
