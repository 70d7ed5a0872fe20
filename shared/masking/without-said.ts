import { isObject, type JsonValue } from '../kernel/json.ts'
import { MASK } from './mask-text.ts'

/** More values than these in one expression are slow to compile. */
const MOST_AT_ONCE = 1_000
/** What ties documents together, and cannot hold a value but by chance. */
const STRUCTURE =
  /^(?:id|ids|key|keys|cursor|type|kind|state|status|outcome|step|stage|source|messageId|copyId|canonicalId|destination|at|.*[Aa]t|timestamp|firstSeen|lastSeen|since|role|scopes)$/
const OPEN = /^(?:traits|properties|context|payload|body|event|detail)$/

/** The same without the values said, wherever they stand as words of their own. */
export function withoutSaid(answer: JsonValue, said: ReadonlySet<string>): JsonValue {
  const all = [...said].sort((a, b) => b.length - a.length)
  const patterns: RegExp[] = []
  for (let i = 0; i < all.length; i += MOST_AT_ONCE) patterns.push(wordsOf(all.slice(i, i + MOST_AT_ONCE)))
  const without = (value: JsonValue, isOpen: boolean): JsonValue => {
    if (typeof value === 'string') return patterns.reduce((text, pattern) => text.replace(pattern, MASK), value)
    if (Array.isArray(value)) return value.map((one: JsonValue) => without(one, isOpen))
    if (!isObject(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => {
        const opens = isOpen || OPEN.test(name)
        return [name, !opens && STRUCTURE.test(name) && !isObject(inner) ? inner : without(inner, opens)]
      }),
    )
  }
  return without(answer, false)
}

function wordsOf(texts: readonly string[]): RegExp {
  const words = texts.map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|')
  return new RegExp(`(?<![\\p{L}\\p{N}_])(?:${words})(?![\\p{L}\\p{N}_])`, 'giu')
}
