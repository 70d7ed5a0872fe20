import { z } from 'zod'
import { toIso } from '../../kernel/instant.ts'
import { defineDestination, EVENTS, jsonPost } from '../destination-type.ts'
import { fieldOf, jsonIn, readStatus, refused } from '../verdict.ts'
import { present, whoIn } from '../who.ts'

const HOSTS = { us: 'https://api.segment.io/v1', eu: 'https://events.eu1.segmentapis.com/v1' } as const

/** https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/ */
export const segment = defineDestination({
  type: 'segment',
  title: 'Segment',
  about: 'Forwards events to a Segment source by its HTTP API. Built from its documentation; not verified against it.',
  settings: z.strictObject({
    writeKey: z.string().min(1).max(200),
    region: z.enum(['us', 'eu']).default('us'),
  }),
  secrets: ['writeKey'],
  takes: EVENTS,
  // An event may have 32 KB there and a batch 500 KB.
  most: 15,
  call(deliveries, { writeKey, region }, { toBase64, now }) {
    const batch = deliveries.map(({ type, at, data }) => {
      const { profile: _, ...sent } = data
      const { userId, anonymousId, profile } = whoIn({ key: '', type, at, data })
      // A call needs somebody; a person whom only a phone is known of goes by their canonical ID.
      const nobody = userId === undefined && anonymousId === undefined
      return {
        ...sent,
        type,
        ...present({ userId, anonymousId: nobody ? profile : anonymousId }),
        timestamp: toIso(at),
      }
    })
    const headers = { Authorization: `Basic ${toBase64(`${writeKey}:`)}` }
    return jsonPost(`${HOSTS[region]}/batch`, { batch, sentAt: toIso(now) }, headers)
  },
  read(reply, now) {
    const verdict = readStatus(reply, now)
    const failed = verdict.kind === 'delivered' && fieldOf(jsonIn(reply), 'success') === false
    return failed ? refused(`HTTP ${reply.status}: ${reply.body.slice(0, 200)}`) : verdict
  },
})
