import { z } from 'zod'
import { defineContract } from './contract.ts'
import { DestinationReference } from './destination-document.ts'

export const deleteDestination = defineContract({
  name: 'deleteDestination',
  method: 'delete',
  path: '/api/v1/destinations/{destinationId}',
  group: 'Operations',
  scope: 'destinations:write',
  summary: 'Delete a destination',
  description: 'It gets nothing more within 5 seconds, and what waits for it is thrown away.',
  params: DestinationReference,
  reply: z.null(),
  status: 204,
  failures: ['not_found'],
})
