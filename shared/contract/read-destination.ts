import { defineContract } from './contract.ts'
import { DestinationDocument, DestinationReference } from './destination-document.ts'

export const readDestination = defineContract({
  name: 'readDestination',
  method: 'get',
  path: '/api/v1/destinations/{destinationId}',
  group: 'Operations',
  scope: 'destinations:read',
  masking: 'settings',
  summary: 'A destination',
  params: DestinationReference,
  reply: DestinationDocument,
  failures: ['not_found'],
})
