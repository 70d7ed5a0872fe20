import type { z } from 'zod'
import type { EventType } from '../event/event.ts'
import { type Contract, defineContract } from './contract.ts'
import {
  AliasBody,
  GroupBody,
  IdentifyBody,
  PageBody,
  ScreenBody,
  SdkFailure,
  SdkSuccess,
  TrackBody,
} from './message-body.ts'

/** One message per request, its type in the path; Segment's browser SDK uses the one-letter form, Jitsu's its own. */
function call(type: EventType, short: `/${string}`, summary: string, body: z.ZodType): Contract {
  return defineContract({
    name: `ingest${type[0]?.toUpperCase()}${type.slice(1)}`,
    method: 'post',
    path: `/v1/${type}`,
    aliases: [short, `/api/s/${type}`, `/api/s/s2s/${type}`],
    group: 'Ingestion',
    scope: 'write key',
    summary,
    body,
    reply: SdkSuccess,
    failure: SdkFailure,
    failures: [],
  })
}

export const ingestCalls: readonly Contract[] = [
  call('track', '/v1/t', 'Something a person did', TrackBody),
  call('identify', '/v1/i', 'Who a person is', IdentifyBody),
  call('page', '/v1/p', 'A page that was seen', PageBody),
  call('screen', '/v1/s', 'A screen that was seen', ScreenBody),
  call('group', '/v1/g', 'A group a person belongs to', GroupBody),
  call('alias', '/v1/a', 'Two ids of one person', AliasBody),
]
