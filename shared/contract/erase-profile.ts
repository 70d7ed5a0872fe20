import { z } from 'zod'
import { defineContract } from './contract.ts'
import { ProfileReference } from './profile-reference.ts'

export const eraseProfile = defineContract({
  name: 'eraseProfile',
  method: 'delete',
  path: '/api/v1/profiles/{ref}',
  group: 'Profiles',
  scope: 'profiles:erase',
  summary: 'Erase a person everywhere',
  description:
    'At once nothing more is taken for any of the identifiers; then every store forgets, and the receipt says which did ' +
    'when. Once it is closed, a later event makes a new person; with `mode=suppress` nobody ever again, until a person ' +
    'lifts it. Values that many people shared are not suppressed.',
  params: ProfileReference,
  query: z.object({
    mode: z
      .enum(['erase', 'suppress'])
      .default('erase')
      .meta({ description: 'What becomes of events that come later' }),
  }),
  status: 202,
  reply: z.object({ erasureId: z.string() }),
  failures: ['not_found'],
})
