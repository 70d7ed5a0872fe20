import { z } from 'zod'
import { defineContract } from './contract.ts'

/** The stores that hold something of a person, in the order in which they forget. */
export const ERASED_STORES = [
  'graph',
  'audience',
  'matching',
  'deliveries',
  'dead_letters',
  'trace',
  'models',
  'archive',
  'quality',
  'silver',
  'gold',
] as const
export type ErasedStore = (typeof ERASED_STORES)[number]

export const ErasureDocument = z
  .object({
    id: z.string(),
    profile: z.string(),
    mode: z.enum(['erase', 'suppress']),
    state: z.enum(['open', 'closed', 'lifted']),
    requestedAt: z.string(),
    closedAt: z.string().nullable(),
    stores: z.array(
      z.object({
        store: z.enum(ERASED_STORES).meta({ description: '`graph` stands for the graph and the profile itself' }),
        state: z.enum(['waiting', 'done']),
        at: z.string().nullable(),
        removed: z.int().meta({ description: 'Rows, deliveries that waited, letters, or lines' }),
      }),
    ),
  })
  .meta({ id: 'Erasure' })
export type ErasureDocument = z.infer<typeof ErasureDocument>

export const readErasure = defineContract({
  name: 'readErasure',
  method: 'get',
  path: '/api/v1/erasures/{id}',
  group: 'Profiles',
  scope: 'profiles:erase',
  summary: 'The receipt of an erasure: which store forgot, and when',
  params: z.object({ id: z.string().min(1).max(64) }),
  reply: ErasureDocument,
  failures: ['not_found'],
})
