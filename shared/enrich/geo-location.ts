import { z } from 'zod'
import type { JsonObject } from '../kernel/json.ts'
import { defineEnrichment } from './enrichment.ts'
import { says } from './fill.ts'
import { GEO_PRECISIONS } from './geo.ts'

/** Segment's name for a place is `context.location`. A place that the sender gave is kept whole: two halves make no place. */
export const geoLocation = defineEnrichment({
  name: 'geo',
  summary: 'Where the connection came from, by the network edge; only of a person’s own connection',
  reads: ['the connection', 'context.location'],
  writes: ['context.location', 'context.timezone', 'context.network.asn'],
  settings: z.object({
    enabled: z.boolean().default(true),
    precision: z
      .enum(GEO_PRECISIONS)
      .default('region')
      .meta({ description: 'Nothing finer is kept anywhere; coordinates only of cities, to a tenth of a degree' }),
  }),
  look({ event: { context }, geo }) {
    if (!geo) return undefined
    const { timezone, asn, ...location } = geo
    return {
      context: {
        ...(says(context, 'location') ? {} : { location: location as JsonObject }),
        ...(timezone === undefined ? {} : { timezone }),
        ...(asn === undefined ? {} : { network: { asn } }),
      },
    }
  },
})
