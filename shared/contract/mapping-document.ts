import { z } from 'zod'
import { Mapping } from '../import/mapping.ts'

/** A saved mapping as its owner sees it. */
export const MappingDocument = Mapping.extend({
  createdAt: z.string().meta({ format: 'date-time' }),
  updatedAt: z.string().meta({ format: 'date-time' }),
}).meta({ id: 'SavedMapping' })
export type MappingDocument = z.output<typeof MappingDocument>

export const MappingReference = z.object({ name: z.string().min(1).max(100) })
