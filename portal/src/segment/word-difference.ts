/** What became of a text, word by word: what stayed, what went, what came. */
export interface Piece {
  readonly kind: 'same' | 'gone' | 'new'
  readonly text: string
}

/** Above this many pairs of words the middle is told as a whole: nobody reads more of it. */
const MOST_PAIRS = 250_000

/** @law What stayed and went is the old text, what stayed and came the new one. */
export function wordDifference(before: string, after: string): readonly Piece[] {
  const a = wordsOf(before)
  const b = wordsOf(after)
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++
  return joined([
    ...a.slice(0, start).map((text): Piece => ({ kind: 'same', text })),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...a.slice(a.length - end).map((text): Piece => ({ kind: 'same', text })),
  ])
}

/** Words, blanks, and signs that stand at the edge of a word. */
function wordsOf(text: string): readonly string[] {
  return text.match(/\s+|[(),]|[^\s(),]+/g) ?? []
}

function middle(a: readonly string[], b: readonly string[]): readonly Piece[] {
  if (a.length * b.length > MOST_PAIRS) {
    return [
      { kind: 'gone', text: a.join('') },
      { kind: 'new', text: b.join('') },
    ]
  }
  const longest = commonLengths(a, b)
  const pieces: Piece[] = []
  let [i, k] = [0, 0]
  while (i < a.length || k < b.length) {
    if (i < a.length && k < b.length && a[i] === b[k]) {
      pieces.push({ kind: 'same', text: a[i] as string })
      i++
      k++
    } else if (k === b.length || (i < a.length && (longest[i + 1]?.[k] ?? 0) >= (longest[i]?.[k + 1] ?? 0))) {
      pieces.push({ kind: 'gone', text: a[i++] as string })
    } else pieces.push({ kind: 'new', text: b[k++] as string })
  }
  return pieces
}

/** How many words the ends from i and from k have in common, in order. */
function commonLengths(a: readonly string[], b: readonly string[]): readonly (readonly number[])[] {
  const rows: number[][] = Array.from({ length: a.length + 1 }, () => Array<number>(b.length + 1).fill(0))
  for (let i = a.length - 1; i >= 0; i--) {
    const [row, next] = [rows[i] as number[], rows[i + 1] as number[]]
    for (let k = b.length - 1; k >= 0; k--) {
      row[k] = a[i] === b[k] ? 1 + (next[k + 1] as number) : Math.max(next[k] as number, row[k + 1] as number)
    }
  }
  return rows
}

function joined(pieces: readonly Piece[]): readonly Piece[] {
  const found: Piece[] = []
  for (const piece of pieces) {
    const last = found.at(-1)
    if (last?.kind === piece.kind) found[found.length - 1] = { kind: piece.kind, text: last.text + piece.text }
    else found.push(piece)
  }
  return found
}
