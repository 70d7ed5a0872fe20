import { dict } from '../kernel/json.ts'
import type { Model } from './model.ts'
import type { Kind, Schema } from './record.ts'

/**
 * The weights a workspace begins with, until it has people enough to learn its own: learned from 2,000 invented people with
 * families, colleagues and typing errors (bench/made-people.ts, seed 5), rounded.
 */
const M: Readonly<Record<Kind, readonly number[]>> = {
  given: [0, 0.75, 0.12, 0.05, 0.03, 0.04, 0.01],
  surname: [0, 0.74, 0.12, 0.03, 0.06, 0.05, 0.01],
  middle: [0, 0.6, 0.25, 0.15],
  date: [0, 0.82, 0.11, 0.03, 0.02, 0.02],
  email: [0, 0.62, 0.12, 0.02, 0.08, 0.16],
  phone: [0, 0.66, 0.09, 0.03, 0.22],
  id: [0, 0.88, 0.07, 0.02, 0.03],
  postcode: [0, 0.69, 0.12, 0.05, 0.14],
  street: [0, 0.67, 0.15, 0.05, 0.13],
  place: [0, 0.7, 0.14, 0.03, 0.13],
  company: [0, 0.67, 0.15, 0.05, 0.13],
  text: [0, 0.65, 0.1, 0.08, 0.17],
}
/** By level: how often two people agree so by chance. */
export const USUAL_U: Readonly<Record<Kind, readonly number[]>> = {
  given: [0, 0.01, 0.005, 0.006, 0.378, 0.001, 0.6],
  surname: [0, 0.006, 0.004, 0.006, 0.983, 0.0005, 0.0005],
  middle: [0, 0.02, 0.02, 0.96],
  date: [0, 0.0001, 0.0014, 0.005, 0.08, 0.9135],
  email: [0, 0.0005, 0.004, 0.0005, 0.1, 0.895],
  phone: [0, 0.001, 0.0003, 0.0002, 0.9985],
  id: [0, 0.0005, 0.0003, 0.0002, 0.999],
  postcode: [0, 0.002, 0.001, 0.011, 0.986],
  street: [0, 0.002, 0.004, 0.014, 0.98],
  place: [0, 0.1, 0.02, 0.005, 0.875],
  company: [0, 0.01, 0.004, 0.02, 0.966],
  text: [0, 0.2, 0.02, 0.02, 0.76],
}

/** How many people a workspace is believed to have that has not been counted. */
const RECORDS = 10_000
/** A profile has unified what shares an identifier, so few have another of the same person. */
const OTHERS = 0.2
const HOUSEHOLD = 0.7

export function defaultModel(schema: Schema): Model {
  return {
    schema,
    m: schema.fields.map(({ kind }) => M[kind]),
    u: schema.fields.map(({ kind }) => USUAL_U[kind]),
    records: RECORDS,
    others: OTHERS,
    household: HOUSEHOLD,
    terms: schema.fields.map(() => dict<number>()),
    counted: false,
    crowds: schema.fields.map(() => undefined),
  }
}
