import { z } from 'zod'
import { isObject, type JsonValue } from '../../kernel/json.ts'
import { at } from '../../transform/mapping.ts'
import { textIn } from '../delivery.ts'
import { defineDestination, jsonPost } from '../destination-type.ts'
import { fieldOf, jsonIn, readStatus, reasonOf, refused, retry, type Verdict } from '../verdict.ts'
import { nameIn, objectIn, present, propertiesIn, whoIn } from '../who.ts'

const HOSTS = { us: 'https://api2.amplitude.com', eu: 'https://api.eu.amplitude.com' } as const

/** https://amplitude.com/docs/apis/analytics/http-v2. A 400 that names events refuses those, and took none of the others. */
export const amplitude = defineDestination({
  type: 'amplitude',
  title: 'Amplitude',
  about:
    'Events and user properties by HTTP V2, deduplicated by `insert_id`. Built from its documentation; not verified.',
  settings: z.strictObject({ apiKey: z.string().min(1).max(200), region: z.enum(['us', 'eu']).default('us') }),
  secrets: ['apiKey'],
  takes: ['identify', 'track', 'page', 'screen'],
  most: 100,
  call(deliveries, { apiKey, region }) {
    const events = deliveries.map((delivery) => {
      const { userId, anonymousId, profile } = whoIn(delivery)
      const isIdentify = delivery.type === 'identify'
      return {
        ...present({ user_id: userId, device_id: anonymousId ?? (userId === undefined ? profile : undefined) }),
        event_type: isIdentify ? '$identify' : nameIn(delivery).slice(0, 1_024),
        time: delivery.at,
        insert_id: delivery.key,
        ...(isIdentify
          ? { user_properties: objectIn(delivery.data['traits']) }
          : { event_properties: propertiesIn(delivery) }),
        ...present({
          ip: textIn(at(delivery.data, 'context.ip')),
          language: textIn(at(delivery.data, 'context.locale')),
        }),
      }
    })
    return jsonPost(`${HOSTS[region]}/2/httpapi`, { api_key: apiKey, events, options: { min_id_length: 1 } })
  },
  read(reply, now, count) {
    const json = jsonIn(reply)
    const named = new Set(
      ['events_with_invalid_fields', 'events_with_missing_fields', 'events_with_invalid_id_lengths'].flatMap((field) =>
        indexesIn(fieldOf(json, field)),
      ),
    )
    if (reply.status !== 400 || named.size === 0) {
      return reply.status === 413 && count > 1 ? retry(reasonOf(reply)) : readStatus(reply, now)
    }
    const verdict = (i: number): Verdict =>
      named.has(i) ? refused(reasonOf(reply)) : retry('sent with one that was refused')
    return Array.from({ length: count }, (_, i) => verdict(i))
  },
})

/** `{ "time": [3, 4] }` → 3, 4 */
function indexesIn(fields: JsonValue | undefined): readonly number[] {
  if (!isObject(fields)) return []
  return Object.values(fields)
    .flatMap((list) => (Array.isArray(list) ? (list as readonly JsonValue[]) : []))
    .filter(isNumber)
}

function isNumber(value: JsonValue): value is number {
  return typeof value === 'number'
}
