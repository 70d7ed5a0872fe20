import { z } from 'zod'

/** What segments and computed traits have in common: a key, a name, a description, versions. */

/** Paths below the collection that are operations, and therefore no keys. */
const RESERVED: readonly string[] = ['preview', 'overlap']

/** It becomes part of event names (`<key> ENTER`) and paths, so it has no dots and no spaces. */
export const DefinitionKey = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/,
    'must be 1 to 100 letters, digits, _ or -, and begin with a letter or digit',
  )
  .refine((key) => !RESERVED.includes(key), 'is the name of an operation')

export const DefinitionName = z.string().trim().min(1, 'must not be empty').max(200, 'must have at most 200 characters')

export const Description = z.string().max(2_000, 'must have at most 2000 characters')

/** A key in a path: any text, because one that cannot be is simply not there. */
export const DefinitionReference = z.object({ key: z.string().min(1).max(200) })

export const DefinitionTimes = {
  version: z.int().meta({ description: 'Rises with every change of what it computes' }),
  createdAt: z.string().meta({ format: 'date-time' }),
  updatedAt: z.string().meta({ format: 'date-time' }),
}
