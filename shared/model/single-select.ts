/**
 * Why a text is not one query that only reads; undefined when it is. The transaction is read-only besides, and the account
 * should be: this is so that a mistake is told when the model is saved, and that nothing can step out of the parentheses
 * the query is put into.
 */
export function selectFault(query: string): string | undefined {
  const bare = withoutTexts(query)
  if (bare === undefined) return 'has a text or a comment that does not end, or a backslash in a text'
  if (!/^\s*(?:select|with)\b/i.test(bare)) return 'must begin with SELECT or WITH'
  if (bare.includes(';')) return 'must be one statement, without a semicolon'
  const writing = WRITING.exec(bare)?.[1]
  if (writing !== undefined) return `must only read, and has ${writing.toUpperCase()}`
  return isBalanced(bare) ? undefined : 'has parentheses that do not match'
}

/** Words that write wherever they stand; as names of columns they must be quoted. */
const WRITING =
  /\b(insert|update|delete|merge|truncate|drop|alter|create|grant|revoke|copy|call|do|execute|prepare|vacuum|lock|into|outfile|settings|format|attach|detach|install|load|pragma)\b(?!\s*\.)/i

/** The query with texts, quoted names and comments as blanks; undefined when one of them does not end. */
function withoutTexts(query: string): string | undefined {
  let bare = ''
  let at = 0
  while (at < query.length) {
    const end = endOfToken(query, at)
    if (end === null) return undefined
    bare += end === at ? query[at] : ' '
    at = end === at ? at + 1 : end
  }
  return bare
}

/** Behind the text, name or comment that begins here; the same place when none does; null when it does not end. */
function endOfToken(query: string, at: number): number | null {
  const rest = query.slice(at, at + 2)
  if (rest === '--') return afterOr(query, '\n', at, query.length)
  if (rest === '/*') return afterOr(query, '*/', at + 2, null)
  const char = query[at]
  if (char === "'" || char === '"' || char === '`') return quotedEnd(query, at, char)
  const tag = char === '$' ? /^\$(?:[a-z_]\w*)?\$/i.exec(query.slice(at, at + 70))?.[0] : undefined
  return tag === undefined ? at : afterOr(query, tag, at + tag.length, null)
}

function afterOr(query: string, end: string, from: number, none: number | null): number | null {
  const found = query.indexOf(end, from)
  return found === -1 ? none : found + end.length
}

/**
 * A doubled quote stands for itself. What a backslash means depends on the engine and its settings, so a text that has one
 * is not guessed at.
 */
function quotedEnd(query: string, at: number, quote: string): number | null {
  for (let i = at + 1; i < query.length; i++) {
    if (query[i] === '\\') return null
    if (query[i] !== quote) continue
    if (query[i + 1] !== quote) return i + 1
    i += 1
  }
  return null
}

function isBalanced(bare: string): boolean {
  let depth = 0
  for (const char of bare) {
    if (char === '(') depth += 1
    if (char === ')') depth -= 1
    if (depth < 0) return false
  }
  return depth === 0
}
