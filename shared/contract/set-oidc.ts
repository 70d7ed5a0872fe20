import { z } from 'zod'
import { defineContract } from './contract.ts'
import { OidcDocument, OidcSettings } from './oidc-document.ts'

export const setOidc = defineContract({
  name: 'setOidc',
  method: 'put',
  path: '/api/v1/oidc',
  group: 'Operations',
  scope: 'members:write',
  summary: 'Have members sign in with an OpenID Connect provider',
  description:
    'Authorization code with PKCE. The document of the provider is read when it is saved. Without `clientSecret` the one ' +
    'that was given stays; null takes it away (a public client). Unverified against a live provider.',
  body: z.strictObject({
    ...OidcSettings,
    domains: OidcSettings.domains.default({}),
    clientSecret: z.string().min(1).max(2_000).nullish(),
    // A document that was read may be sent back as it is.
    hasClientSecret: z.unknown().optional(),
    redirectUri: z.unknown().optional(),
    signInUrl: z.unknown().optional(),
    updatedAt: z.unknown().optional(),
  }),
  reply: OidcDocument,
  failures: ['unprocessable'],
})
