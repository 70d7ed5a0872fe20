import { z } from 'zod'

/** How a profile is named in a path. */
export const ProfileReference = z.object({
  ref: z
    .string()
    .min(1)
    .meta({
      description:
        'A canonical ID (`prf_…`, also one that was merged away), or `type:value`, URL-encoded: `user_id:u1`, ' +
        '`email:a@b.co`, `phone:+15551234567`, `anonymous_id:…`, `device_id:…`, or a custom type.',
    }),
})
