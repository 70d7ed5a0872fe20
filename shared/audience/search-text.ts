import type { JsonValue } from '../kernel/json.ts'
import { isListMark } from '../segment/list-mark.ts'
import type { ProfileDocument } from '../segment/profile-document.ts'
import { foldText } from './fold-text.ts'

/** Longest value that can be found by, and all of a person's text: an essay in a trait is nothing to look people up by. */
const MOST_VALUE_CHARS = 500
const MOST_CHARS = 8_000
const MOST_DEPTH = 4

/**
 * What a person is found by: identifiers and the strings in their traits, one per line and folded. A phone number is there with its punctuation and without.
 */
export function searchTextOf(document: ProfileDocument): string {
  const lines = new Set<string>()
  const add = (value: string) => {
    const folded = foldText(value.slice(0, MOST_VALUE_CHARS)).replace(/\s+/g, ' ').trim()
    if (folded !== '') lines.add(folded)
    const digits = digitsOf(value)
    if (digits !== undefined && digits !== folded) lines.add(digits)
  }
  for (const values of Object.values(document.identifiers)) for (const value of values) add(value)
  for (const name of Object.keys(document.traits).sort()) {
    if (!isListMark(name)) addStrings(document.traits[name]?.value, MOST_DEPTH, add)
  }
  return [...lines].join('\n').slice(0, MOST_CHARS)
}

function addStrings(value: JsonValue | undefined, depth: number, add: (text: string) => void): void {
  if (typeof value === 'string') add(value)
  if (typeof value !== 'object' || value === null || depth === 0) return
  for (const inner of Object.values(value)) addStrings(inner, depth - 1, add)
}

const PHONE = /^\+?[\d\s().\-/]{5,30}$/

/** The digits of what may be a phone number, or of a part of one. */
export function digitsOf(text: string): string | undefined {
  const trimmed = text.trim()
  if (!PHONE.test(trimmed)) return undefined
  const digits = trimmed.replace(/\D/g, '')
  return digits.length >= 3 ? digits : undefined
}
