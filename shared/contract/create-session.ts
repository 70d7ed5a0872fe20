import { z } from 'zod'
import { defineContract } from './contract.ts'

export const createSession = defineContract({
  name: 'createSession',
  method: 'post',
  path: '/api/v1/session',
  group: 'Operations',
  scope: 'anyone',
  summary: 'Sign in to the portal with an API token',
  description:
    'Sets a cookie that scripts cannot read. It may what the token may, and ends with the token, after 7 days, or when one ' +
    'signs out. Whatever changes something must then say by `Origin` or `Sec-Fetch-Site` that it comes from the same origin.',
  body: z.strictObject({ token: z.string().trim().min(1).max(200).meta({ description: '`tk_…`' }) }),
  reply: z.null(),
  status: 204,
  failures: ['unauthorized', 'forbidden', 'unavailable'],
})
