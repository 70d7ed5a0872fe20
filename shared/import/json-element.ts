/**
 * Finds where the elements of a JSON array (or of values one after the other) end, in a binary text that may stop in the
 * middle of one: the scan can be put down and taken up again. What an element means is JSON.parse's affair.
 */
export interface JsonScan {
  readonly depth: number
  readonly inString: boolean
  /** The sign before was a backslash inside a string. */
  readonly escaped: boolean
}

export const SCAN_START: JsonScan = { depth: 0, inString: false, escaped: false }

export type ElementEnd =
  | { readonly kind: 'end'; readonly end: number }
  | { readonly kind: 'more'; readonly scan: JsonScan }

/** The end of the element that begins at `at`, which is neither blank nor a comma nor a bracket of the list. */
export function elementEnd(text: string, at: number, scan: JsonScan): ElementEnd {
  let { depth, inString, escaped } = scan
  for (let i = at; i < text.length; i++) {
    const sign = text[i]
    if (inString) {
      if (escaped) escaped = false
      else if (sign === '\\') escaped = true
      else if (sign === '"') inString = false
      continue
    }
    if (sign === '"') inString = true
    else if (sign === '{' || sign === '[') depth++
    else if (sign === '}' || sign === ']') {
      if (depth === 0) return { kind: 'end', end: Math.max(i, at + 1) } // always at least one sign further
      if (--depth === 0) return { kind: 'end', end: i + 1 }
    } else if (depth === 0 && (sign === ',' || sign === '\n')) return { kind: 'end', end: i }
  }
  return { kind: 'more', scan: { depth, inString, escaped } }
}
