import { z } from 'zod'
import { defineContract } from './contract.ts'

export const deleteSession = defineContract({
  name: 'deleteSession',
  method: 'delete',
  path: '/api/v1/session',
  group: 'Operations',
  scope: 'anyone',
  summary: 'Sign out of the portal',
  description: 'Takes the cookie back, also one that has ended.',
  reply: z.null(),
  status: 204,
  failures: ['forbidden'],
})
