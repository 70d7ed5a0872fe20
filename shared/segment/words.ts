/** Pieces of the plain sentences that conditions render as. Whatever a name or value contains, a sentence is one line. */

const BREAKS = /[\u2028\u2029\u0085]/g

/** A name or value as it was given, in quotes, with line breaks escaped. */
export function quoted(value: unknown): string {
  return JSON.stringify(value).replace(BREAKS, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** `a`, `a or b`, `a, b or c`. */
export function series(items: readonly string[], word: 'and' | 'or'): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`
}

/** The parts of a sentence that are not empty, with spaces between them. */
export function phrase(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ')
}

/** Plain names stay bare; what would be misread in a sentence is quoted. */
export function named(name: string): string {
  return /^[\p{L}\p{N}_.$-]+$/u.test(name) ? name : quoted(name)
}

/** The events that a pattern means. */
export function eventsInWords(pattern: string): string {
  if (pattern === '*') return 'any event'
  return pattern.endsWith('*') ? `any event named ${quoted(pattern.slice(0, -1))}…` : quoted(pattern)
}

/** One of them, after "the first" or "no". */
export function oneInWords(pattern: string): string {
  return eventsInWords(pattern).replace(/^any /, '')
}
