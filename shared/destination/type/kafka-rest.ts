import { z } from 'zod'
import { toIso } from '../../kernel/instant.ts'
import type { JsonValue } from '../../kernel/json.ts'
import { DELIVERY_TYPES } from '../delivery.ts'
import { defineDestination, trimmed } from '../destination-type.ts'
import { DELIVERED, fieldOf, jsonIn, readStatus, refused, retry, type Verdict } from '../verdict.ts'
import { whoIn } from '../who.ts'

/** https://docs.confluent.io/platform/current/kafka-rest/api.html (v2), keyed by person, so that a partition keeps their order. */
export const kafkaRest = defineDestination({
  type: 'kafka-rest',
  title: 'Kafka (REST Proxy)',
  about: 'Records to a topic by the REST Proxy, v2. Built from its documentation; not verified against it.',
  settings: z.strictObject({
    url: z.url('must be an address').max(500).meta({ description: 'Of the proxy' }),
    topic: z.string().regex(/^[A-Za-z0-9._-]{1,249}$/, 'must be the name of a topic'),
    user: z.string().max(200).optional(),
    password: z.string().max(500).optional(),
  }),
  secrets: ['password'],
  addresses: ['url'],
  takes: DELIVERY_TYPES,
  most: 100,
  call(deliveries, { url, topic, user, password }, { toBase64 }) {
    const records = deliveries.map((delivery) => {
      const { key: id, type, at, data } = delivery
      return { key: whoIn(delivery).profile, value: { id, type, timestamp: toIso(at), data } }
    })
    return {
      method: 'POST',
      url: `${trimmed(url)}/topics/${topic}`,
      headers: {
        'Content-Type': 'application/vnd.kafka.json.v2+json',
        Accept: 'application/vnd.kafka.v2+json',
        ...(user === undefined ? {} : { Authorization: `Basic ${toBase64(`${user}:${password ?? ''}`)}` }),
      },
      body: JSON.stringify({ records }),
    }
  },
  read(reply, now, count) {
    const offsets = fieldOf(jsonIn(reply), 'offsets')
    if (reply.status !== 200 || !Array.isArray(offsets)) {
      return reply.status === 413 && count > 1 ? retry('HTTP 413') : readStatus(reply, now)
    }
    return Array.from({ length: count }, (_, i) => verdictOf((offsets as readonly JsonValue[])[i]))
  },
})

/** 1: never; 2: try again. */
function verdictOf(offset: JsonValue | undefined): Verdict {
  const code = fieldOf(offset, 'error_code')
  if (code === undefined || code === null)
    return offset === undefined ? retry('the answer says nothing of it') : DELIVERED
  const reason = `Kafka: ${String(fieldOf(offset, 'error') ?? code).slice(0, 200)}`
  return code === 1 ? refused(reason) : retry(reason)
}
