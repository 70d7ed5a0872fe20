import { z } from 'zod'
import { DestinationConsent } from '../destination/destination-config.ts'
import { Mapping } from '../transform/mapping.ts'
import { defineContract } from './contract.ts'
import {
  DestinationDocument,
  DestinationName,
  DestinationReference,
  DestinationSettings,
  DestinationTypeName,
  FilterBody,
  RateLimit,
} from './destination-document.ts'

/** What a destination shows and nobody sets: a document that was read may be sent back as it is. */
const Shown = z.unknown().optional().meta({ description: 'As it was read; nothing comes of it' })

export const updateDestination = defineContract({
  name: 'updateDestination',
  method: 'put',
  path: '/api/v1/destinations/{destinationId}',
  group: 'Operations',
  scope: 'destinations:write',
  summary: 'Change a destination',
  description:
    'What is named changes and the rest stays; in `settings`, `null` takes a setting away, and a secret that is to stay ' +
    'may be given as it is read, `{ "last4" }`. What waits is tried again at once.',
  params: DestinationReference,
  body: z.strictObject({
    name: DestinationName.optional(),
    settings: DestinationSettings.optional(),
    filter: FilterBody.nullish(),
    mapping: Mapping.nullish(),
    consent: DestinationConsent.nullish(),
    rateLimitPerSecond: RateLimit.optional(),
    enabled: z.boolean().optional(),
    type: DestinationTypeName.optional().meta({ description: 'Only the one it has' }),
    id: Shown,
    version: Shown,
    createdAt: Shown,
  }),
  reply: DestinationDocument,
  failures: ['not_found', 'conflict', 'unprocessable'],
})
