import { defineContract } from './contract.ts'
import { OidcDocument } from './oidc-document.ts'

export const readOidc = defineContract({
  name: 'readOidc',
  method: 'get',
  path: '/api/v1/oidc',
  group: 'Operations',
  scope: 'members:read',
  summary: 'The provider that members sign in with',
  reply: OidcDocument,
  failures: ['not_found'],
})
