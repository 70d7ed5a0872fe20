import { z } from 'zod'
import { hash53 } from '../../kernel/hash.ts'
import { LIMITS } from '../../kernel/limits.ts'
import type { Kind } from '../kind.ts'
import { constant } from '../signal.ts'
import { quoted } from '../words.ts'

const Share = z.number().min(0, 'must not be below 0').max(100, 'must not be above 100')

/**
 * A stable random share of people: `{ "type": "bucket", "salt": "spring", "from": 0, "to": 10 }` is ten of a hundred, the
 * same ones every time; another salt chooses others. `from` is part of it and `to` is not, so that shares can lie side by side.
 */
export const Bucket = z
  .strictObject({ type: z.literal('bucket'), salt: z.string().max(LIMITS.nameChars), from: Share, to: Share })
  .refine(({ from, to }) => !(from >= to), { path: ['to'], message: 'must be greater than `from`' })
  .meta({ description: 'A stable random share of people' })
export type Bucket = z.infer<typeof Bucket>

/** Where a person stands between 0 (included) and 100 (excluded). */
export function placeOf(salt: string, id: string): number {
  return (hash53(`${salt}\u0000${id}`) / 2 ** 53) * 100
}

export const bucket: Kind<Bucket> = {
  prepare:
    ({ salt, from, to }) =>
    ({ person }) => {
      const place = placeOf(salt, person.id)
      return constant(place >= from && place < to)
    },
  reads: () => ({}),
  sentence: ({ salt, from, to }) => `in the share from ${from} % to ${to} % of people by ${quoted(salt)}`,
  evidence: ({ salt }, { person }) => ({ salt, place: placeOf(salt, person.id) }),
}
