import { z } from 'zod'
import { SCOPES } from './contract.ts'
import { EVERY_SCOPE, EVERY_SCOPE_OF_WORKSPACE } from './granted.ts'
import { Role } from './roles.ts'

export const GrantedScope = z
  .enum([...SCOPES, EVERY_SCOPE, EVERY_SCOPE_OF_WORKSPACE])
  .meta({ description: '`*` is every scope; `*:workspace` all but `admin`' })

/** An API token as its workspace sees it; the token itself is shown once, when it is made. */
export const TokenDocument = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.string()),
    role: Role.nullable().meta({
      description: 'Made with a role: `scopes` is what that holds now. null: made with scopes',
    }),
    expiresAt: z.string().nullable().meta({ format: 'date-time' }),
    createdAt: z.string().meta({ format: 'date-time' }),
  })
  .meta({ id: 'Token' })
export type TokenDocument = z.output<typeof TokenDocument>
