import { z } from 'zod'
import { defineContract } from './contract.ts'

/** Why somebody who came back from a provider was not let in, as the sign-in page says it. */
export const OIDC_FAILURES = ['ended', 'denied', 'provider', 'unverified', 'stranger'] as const
export type OidcFailure = (typeof OIDC_FAILURES)[number]

export const endOidc = defineContract({
  name: 'endOidc',
  method: 'get',
  path: '/sign-in/oidc/callback',
  group: 'Operations',
  scope: 'anyone',
  summary: 'Come back from the provider',
  description: 'Leads to the portal, signed in, or to the sign-in page, which says why not (`failed`).',
  query: z.object({
    code: z.string().max(4_000).optional(),
    state: z.string().max(500).optional(),
    error: z.string().max(500).optional(),
  }),
  reply: z.null(),
  status: 303,
  failures: ['rate_limited'],
})
