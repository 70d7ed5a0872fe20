import { z } from 'zod'
import { defineContract } from './contract.ts'
import { SdkFailure, SdkSuccess } from './message-body.ts'

/** What SDKs ask for beside sending events; without the first two they do not start. */
export const readSdkSettings = defineContract({
  name: 'readSdkSettings',
  method: 'get',
  path: '/v1/projects/{writeKey}/settings',
  aliases: ['/projects/{writeKey}/settings'],
  group: 'Ingestion',
  scope: 'write key',
  summary: "What Segment's SDKs load before they send",
  description: '404 for an unknown key, and for a source that is disabled.',
  params: z.object({ writeKey: z.string() }),
  reply: z.looseObject({ integrations: z.looseObject({}), plan: z.looseObject({}), metrics: z.looseObject({}) }),
  failure: SdkFailure,
  failures: ['not_found'],
})

export const readSourceConfig = defineContract({
  name: 'readSourceConfig',
  method: 'get',
  path: '/sourceConfig',
  group: 'Ingestion',
  scope: 'write key',
  summary: "What RudderStack's SDKs load before they send",
  reply: z.looseObject({
    source: z.looseObject({ id: z.string(), name: z.string(), writeKey: z.string(), enabled: z.boolean() }),
    updatedAt: z.string(),
  }),
  failure: SdkFailure,
  failures: [],
})

export const ingestCounters = defineContract({
  name: 'ingestCounters',
  method: 'post',
  path: '/v1/m',
  group: 'Ingestion',
  scope: 'anyone',
  summary: "An SDK's counts about itself, which are taken and thrown away",
  reply: SdkSuccess,
  failure: SdkFailure,
  failures: [],
})
