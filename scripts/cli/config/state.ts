import type { JsonObject } from '../../../shared/kernel/json.ts'

/**
 * The configuration of a workspace as `plan` compares it: sections (`sources`, `segments`, …) of things that have a name.
 * Fields are in normal form, so that the same thing written in two ways is one value; of a secret they hold how it ends.
 */
export interface Entry {
  readonly name: string
  readonly fields: JsonObject
}

export type State = { readonly [section: string]: readonly Entry[] }

/** The one entry of the section `workspace`. */
export const SETTINGS = 'settings'

/** In place of a secret: the mark, and how it ends as far as that is told. */
const MARK = '\u0000secret:'

export function secretMark(last4: string): string {
  return `${MARK}${last4}`
}

export function isSecretMark(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith(MARK)
}

export function last4Of(mark: string): string {
  return mark.slice(MARK.length)
}
