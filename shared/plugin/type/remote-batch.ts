import { z } from 'zod'
import { definePlugin } from '../manifest.ts'
import { Options, ServiceSecret, ServiceUrl } from '../remote-settings.ts'
import { Schedule } from '../schedule.ts'

export const remoteBatch = definePlugin({
  name: 'remote-batch',
  title: 'Scores by HTTP',
  about:
    'On a schedule, posts the members of a segment to a service of yours, page by page, and writes the traits it answers.',
  kind: 'batch',
  settings: z.strictObject({
    url: ServiceUrl,
    secret: ServiceSecret,
    segment: z.string().min(1).max(100).meta({ description: 'Whose members are posted' }),
    schedule: Schedule.default({ every: 'day', hour: 3 }),
    traits: z
      .array(z.string().min(1).max(200))
      .min(1)
      .max(50)
      .meta({ description: 'The traits that it may write; others in an answer are not taken' }),
    pageSize: z.int().min(1).max(200).default(100).meta({ description: 'People in one request' }),
    options: Options,
  }),
  secrets: ['secret'],
  addresses: ['url'],
  timeoutMs: 5_000,
  code: { by: 'remote' },
})
