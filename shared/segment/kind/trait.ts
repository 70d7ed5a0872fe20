import { z } from 'zod'
import { toIso } from '../../kernel/instant.ts'
import { checkOperand, comparison, comparisonInWords } from '../comparison.ts'
import type { Kind } from '../kind.ts'
import { markedList } from '../list-mark.ts'
import { testOf } from '../operators.ts'
import { follow, Path, restOf, topOf } from '../path.ts'
import { during } from '../signal.ts'
import { named } from '../words.ts'

/** A trait compared with a value: `{ "type": "trait", "path": "address.city", "op": "eq", "value": "Berlin" }`. */
export const Trait = z
  .strictObject({ type: z.literal('trait'), path: Path, ...comparison })
  .superRefine(checkOperand)
  .meta({ description: 'A trait compared with a value' })
export type Trait = z.infer<typeof Trait>

export const trait: Kind<Trait> = {
  prepare({ path, op, value }) {
    const test = testOf(op, value)
    const top = topOf(path)
    const rest = restOf(path)
    return ({ person }) => during(test(follow(person.trait(top)?.value, rest)))
  },
  reads: ({ path }) => ({ traits: [topOf(path)] }),
  sentence(condition) {
    const list = condition.op === 'gte' ? markedList(condition.path) : undefined
    return list === undefined ? comparisonInWords(condition.path, condition) : `is on the imported list ${named(list)}`
  },
  evidence({ path }, { person }) {
    const found = person.trait(topOf(path))
    const value = follow(found?.value, restOf(path))
    return { trait: path, ...(value !== undefined && { value }), ...(found && { at: toIso(found.at) }) }
  },
}
