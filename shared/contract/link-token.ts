import { z } from 'zod'

/** The last part of a tracking link. What is no token of ours is answered like one that has expired. */
export const LinkToken = z.object({ token: z.string().meta({ description: 'As in the link' }) })
