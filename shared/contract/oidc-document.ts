import { z } from 'zod'
import { Role } from './roles.ts'

const Domain = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^(?=.{1,253}$)[a-z0-9-]+(?:\.[a-z0-9-]+)+$/, 'is no domain such as example.com')

/** Where the members of a workspace sign in. */
export const OidcSettings = {
  label: z.string().trim().min(1).max(60).meta({ description: 'On the button: “Sign in with …”' }),
  issuer: z
    .url('is no address')
    .max(500)
    .meta({ description: 'As the provider names itself; `/.well-known/openid-configuration` is looked for below it' }),
  clientId: z.string().trim().min(1).max(500),
  domains: z
    .record(Domain, Role)
    .refine((domains) => Object.keys(domains).length <= 50, 'may name at most 50 domains')
    .meta({
      description:
        'Whoever comes with a verified address of one of these becomes a member with its role; others must be members already',
    }),
}

export const OidcDocument = z
  .object({
    ...OidcSettings,
    hasClientSecret: z.boolean().meta({ description: 'It is written and never read back' }),
    redirectUri: z.string().meta({ description: 'What the provider must be told to lead back to' }),
    signInUrl: z.string().meta({ description: 'The page with the button of this workspace' }),
    updatedAt: z.string().meta({ format: 'date-time' }),
  })
  .meta({ id: 'OidcProvider' })
export type OidcDocument = z.output<typeof OidcDocument>
