import { z } from 'zod'
import { defineContract } from './contract.ts'

export const readSignInOptions = defineContract({
  name: 'readSignInOptions',
  method: 'get',
  path: '/api/v1/session/options',
  group: 'Operations',
  scope: 'anyone',
  summary: 'How one may sign in, beside a token and a link',
  description: 'Without `workspace` of the only one that has a provider. A workspace that does not exist has none.',
  query: z.object({ workspace: z.string().max(64).optional() }),
  reply: z.object({
    oidc: z
      .object({ workspace: z.string(), label: z.string(), url: z.string().meta({ description: 'Where to go' }) })
      .nullable(),
  }),
  failures: [],
})
