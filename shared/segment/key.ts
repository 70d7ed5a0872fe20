import { z } from 'zod'
import { LIMITS } from '../kernel/limits.ts'

/** The key of a segment or a computed trait, as another definition names it. */
export const Key = z.string().min(1, 'must not be empty').max(LIMITS.idChars)
