import { ANOTHER_YEAR, compare, EXACT } from './compare.ts'
import { REPEATS, repeatsOf } from './model.ts'
import type { Prepared, Schema } from './record.ts'

/**
 * What a rule may never do by itself, however likely it seems: join two whose birthdays differ by more than a typing error,
 * unless a number or a mailbox of one person's own says that they are one.
 *
 * @law nobody is joined by a rule across birthdays that differ by more than a typing error, without another strong identifier
 */
export function mayJoinAlone(schema: Schema, a: Prepared, b: Prepared): boolean {
  const levels = new Uint8Array(schema.fields.length)
  compare(schema, a, b, levels)
  let apart = false
  for (let f = 0; f < levels.length; f++) {
    const kind = schema.fields[f]?.kind
    const level = levels[f] as number
    if (kind === 'id' && level === EXACT) return true
    if (kind === 'email' && level === EXACT && repeatsOf(a, b) === REPEATS.own) return true
    if (kind === 'date' && level >= ANOTHER_YEAR) apart = true
  }
  return !apart
}
