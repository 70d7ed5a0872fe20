import { z } from 'zod'
import { Role } from './roles.ts'

/** Who is signed in to the portal, or whose token it is. */
export const SessionDocument = z
  .object({
    workspace: z.string(),
    workspaceName: z.string(),
    token: z
      .object({ id: z.string(), name: z.string(), scopes: z.array(z.string()) })
      .meta({ description: 'Or the member, with the scopes of their role' }),
    member: z.object({ id: z.string(), email: z.string(), name: z.string() }).nullable(),
    role: Role.nullable().meta({ description: 'null: by scopes alone' }),
    masked: z.boolean().meta({ description: 'Personal values in what is read are masked' }),
    mayUnmask: z.boolean().meta({ description: 'One person at a time, with a reason' }),
    endsAt: z
      .string()
      .nullable()
      .meta({ format: 'date-time', description: 'When to sign in again; null: never, or not by itself' }),
  })
  .meta({ id: 'Session' })
export type SessionDocument = z.output<typeof SessionDocument>
