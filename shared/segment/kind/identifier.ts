import { z } from 'zod'
import { LIMITS } from '../../kernel/limits.ts'
import type { Kind } from '../kind.ts'
import { constant } from '../signal.ts'
import { named } from '../words.ts'

/** Has an identifier of a type, or none: `{ "type": "identifier", "idType": "email", "exists": true }`. */
export const IdentifierCondition = z
  .strictObject({
    type: z.literal('identifier'),
    idType: z.string().min(1, 'must not be empty').max(LIMITS.idChars),
    exists: z.boolean(),
  })
  .meta({ description: 'Whether the person has an identifier of a type' })
export type IdentifierCondition = z.infer<typeof IdentifierCondition>

export const identifier: Kind<IdentifierCondition> = {
  prepare:
    ({ idType, exists }) =>
    ({ person }) =>
      constant(person.identifiers(idType).length > 0 === exists),
  reads: ({ idType }) => ({ identifiers: [idType] }),
  sentence: ({ idType, exists }) => `${exists ? 'has an' : 'has no'} identifier of type ${named(idType)}`,
  evidence: ({ idType }, { person }) => ({ identifier: idType, values: person.identifiers(idType).slice(0, 20) }),
}
