import { z } from 'zod'
import { EVENT_TYPES } from '../event/event.ts'
import { EventPage } from '../profile/document.ts'
import { defineContract } from './contract.ts'
import { ProfileReference } from './profile-reference.ts'
import { CursorParameter, InstantParameter, LimitParameter } from './query.ts'

export const listProfileEvents = defineContract({
  name: 'listProfileEvents',
  method: 'get',
  path: '/api/v1/profiles/{ref}/events',
  group: 'Profiles',
  scope: 'profiles:read',
  summary: "Read a profile's timeline, newest first",
  params: ProfileReference,
  query: z.object({
    limit: LimitParameter,
    cursor: CursorParameter,
    name: z.string().min(1).max(512).optional().meta({ description: 'Only events of exactly this name' }),
    type: z.enum(EVENT_TYPES).optional(),
    source: z
      .string()
      .min(1)
      .max(255)
      .optional()
      .meta({ description: 'Only events of this source; `tributary`: ENTER and EXIT of segments' }),
    from: InstantParameter.optional(),
    to: InstantParameter.optional(),
  }),
  reply: EventPage,
  failures: ['not_found'],
})
