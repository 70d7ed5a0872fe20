import { z } from 'zod'

/** What a workspace decides about the links in its messages (docs/tracking.md). */
export const TrackingSettings = z.object({
  /** Host under which links stand, `t.example.com`; it must lead to this deployment. Absent: where the link was asked for. */
  domain: z
    .string()
    .max(253)
    .regex(/^(?=.*[a-z])[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/, {
      error: 'must be a host name in lower case, like t.example.com',
    })
    .optional(),
  /** How many days a link holds when it does not say so itself. */
  linkDays: z.int().min(1).max(3_650).default(400),
  /** How many days the links of an older key hold after a rotation. */
  keepKeysDays: z.int().min(0).max(3_650).default(400),
  /** When each newer key was made; changed by `POST /api/v1/links/keys:rotate` alone. Epoch ms. */
  rotatedAt: z.array(z.int()).max(1_000).readonly().default([]),
  /** Keys of earlier generations are refused whatever their age. */
  revokedBelow: z.int().default(1),
})
export type TrackingSettings = z.infer<typeof TrackingSettings>
