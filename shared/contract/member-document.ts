import { z } from 'zod'
import { Role } from './roles.ts'

/** An address as it is compared: lower case. */
export const MemberEmail = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .pipe(z.email('is no e-mail address'))
  .meta({ description: 'By which they are known to the provider they sign in with' })

export const MemberName = z.string().trim().min(1).max(200)

/** A person of the workspace: who they are, what they may, and whether they ever came. */
export const MemberDocument = z
  .object({
    id: z.string().meta({ description: '`mbr_…`' }),
    email: z.string(),
    name: z.string(),
    role: Role,
    state: z.enum(['invited', 'active']).meta({ description: '`active` from the first time they signed in' }),
    createdAt: z.string().meta({ format: 'date-time' }),
    signedInAt: z.string().nullable().meta({ format: 'date-time', description: 'The last time; null: never' }),
  })
  .meta({ id: 'Member' })
export type MemberDocument = z.output<typeof MemberDocument>

export const MemberReference = z.object({ memberId: z.string().min(1).max(100) })
