import { z } from 'zod'
import { defineContract } from './contract.ts'

export const beginOidc = defineContract({
  name: 'beginOidc',
  method: 'get',
  path: '/sign-in/oidc',
  group: 'Operations',
  scope: 'anyone',
  summary: 'Go to the provider of a workspace to sign in to the portal',
  description: 'Leads to the provider, or, when that is not possible, to the sign-in page, which says why (`failed`).',
  query: z.object({ workspace: z.string().max(64).optional(), next: z.string().max(2_000).optional() }),
  reply: z.null(),
  status: 303,
  failures: ['rate_limited'],
})
