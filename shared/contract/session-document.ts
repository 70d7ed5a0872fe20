import { z } from 'zod'

/** Who is signed in to the portal, or whose token it is. */
export const SessionDocument = z
  .object({
    workspace: z.string(),
    workspaceName: z.string(),
    token: z.object({ id: z.string(), name: z.string(), scopes: z.array(z.string()) }),
    endsAt: z
      .string()
      .nullable()
      .meta({ format: 'date-time', description: 'When to sign in again; null: never, or not by itself' }),
  })
  .meta({ id: 'Session' })
export type SessionDocument = z.output<typeof SessionDocument>
