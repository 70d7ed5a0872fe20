import { z } from 'zod'
import { DestinationConsent } from '../destination/destination-config.ts'
import { Mapping } from '../transform/mapping.ts'
import { defineContract } from './contract.ts'
import {
  DestinationDocument,
  DestinationName,
  DestinationSettings,
  DestinationTypeName,
  FilterBody,
  RateLimit,
} from './destination-document.ts'

export const createDestination = defineContract({
  name: 'createDestination',
  method: 'post',
  path: '/api/v1/destinations',
  group: 'Operations',
  scope: 'destinations:write',
  summary: 'Make a destination: somewhere events go',
  description:
    'From then on, everywhere within 5 seconds, it gets every event that its filter lets through, at least once and per ' +
    'person in order. Addresses must be https and public. Secret settings are encrypted and never read back.',
  body: z.strictObject({
    type: DestinationTypeName,
    name: DestinationName,
    settings: DestinationSettings.default({}),
    filter: FilterBody.nullish(),
    mapping: Mapping.nullish(),
    consent: DestinationConsent.nullish(),
    rateLimitPerSecond: RateLimit.optional(),
    enabled: z.boolean().default(true),
  }),
  reply: DestinationDocument,
  status: 201,
  failures: ['conflict', 'unprocessable'],
})
