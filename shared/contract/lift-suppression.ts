import { z } from 'zod'
import { defineContract } from './contract.ts'
import { ErasureDocument } from './read-erasure.ts'

export const liftSuppression = defineContract({
  name: 'liftSuppression',
  method: 'post',
  path: '/api/v1/erasures/{id}/lift',
  group: 'Profiles',
  scope: 'profiles:erase',
  summary: 'Take events again for somebody who was erased with mode suppress',
  description: 'What happened before the erasure stays refused. 409 while the receipt is open.',
  params: z.object({ id: z.string().min(1).max(64) }),
  reply: ErasureDocument,
  failures: ['not_found', 'conflict'],
})
