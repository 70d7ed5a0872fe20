import { z } from 'zod'
import { ConsentHistoryPage } from '../consent/document.ts'
import { defineContract } from './contract.ts'
import { ProfileReference } from './profile-reference.ts'
import { CursorParameter, LimitParameter } from './query.ts'

export const listConsentHistory = defineContract({
  name: 'listConsentHistory',
  method: 'get',
  path: '/api/v1/profiles/{ref}/consents/history',
  group: 'Profiles',
  scope: 'profiles:read',
  summary: 'Read every change of consent, newest first',
  description: 'Of each channel and purpose the newest 50 are kept here; every one of them is in the archive.',
  params: ProfileReference,
  query: z.object({
    limit: LimitParameter,
    cursor: CursorParameter,
    name: z.string().min(1).max(100).optional().meta({ description: 'Only of this channel or purpose' }),
  }),
  reply: ConsentHistoryPage,
  failures: ['not_found'],
})
