import { z } from 'zod'
import { defineContract } from './contract.ts'
import { SdkFailure, SdkSuccess, TypedMessage } from './message-body.ts'

export const ingestBatch = defineContract({
  name: 'ingestBatch',
  method: 'post',
  path: '/v1/batch',
  aliases: ['/v1/b', '/v1/import', '/beacon/v1/batch'],
  group: 'Ingestion',
  scope: 'write key',
  summary: 'Send up to 2,500 messages, as SDKs do',
  description:
    'Accepted or refused as a whole: an invalid item is recorded as rejected and does not cost the others. ' +
    'A bare event without `batch` is a batch of one.',
  body: z.looseObject({
    batch: z.array(TypedMessage).max(2_500),
    sentAt: z.string().optional().meta({ description: 'When this request was sent', format: 'date-time' }),
    writeKey: z.string().optional(),
    context: z.looseObject({}).optional().meta({ description: "Lies under each item's own" }),
    integrations: z.looseObject({}).optional(),
  }),
  reply: SdkSuccess,
  failure: SdkFailure,
  failures: [],
})
