import { z } from 'zod'
import { dict } from '../kernel/json.ts'
import type { Model } from './model.ts'
import type { Schema } from './record.ts'

/**
 * A learned model as it is kept, without the people it was learned from: of how common a value is only what many share (a
 * given name, a town), and nothing of who shares what.
 */
const MANY = 20
const MOST_TERMS = 500

export const KeptModel = z.object({
  m: z.array(z.array(z.number())),
  u: z.array(z.array(z.number())),
  records: z.number(),
  others: z.number(),
  household: z.number(),
  terms: z.array(z.record(z.string(), z.number())),
})
export type KeptModel = z.infer<typeof KeptModel>

export function keptModel({ m, u, records, others, household, terms }: Model): KeptModel {
  return {
    m: m.map((levels) => [...levels]),
    u: u.map((levels) => [...levels]),
    records,
    others,
    household,
    terms: terms.map((counts) => {
      const common = Object.entries(counts).filter(([, count]) => count >= MANY)
      return Object.fromEntries(common.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, MOST_TERMS))
    }),
  }
}

export function modelFrom(schema: Schema, { terms, ...kept }: KeptModel): Model {
  return {
    ...kept,
    schema,
    terms: terms.map((counts) => Object.assign(dict<number>(), counts)),
    counted: true,
    crowds: schema.fields.map(() => undefined),
  }
}
