/** A place in a list that is ordered by (at, id): where a page ended. For clients it is an opaque text. */
export interface CursorPosition {
  /** Epoch milliseconds. */
  readonly at: number
  readonly id: string
}

export function encodeCursor({ at, id }: CursorPosition): string {
  return `${at}.${encodeURIComponent(id)}`
}

/** The place a cursor names, or undefined when the text is none of ours. */
export function decodeCursor(text: string): CursorPosition | undefined {
  const m = /^(\d{1,15})\.(.+)$/.exec(text)
  if (!m) return undefined
  try {
    return { at: Number(m[1]), id: decodeURIComponent(m[2] as string) }
  } catch {
    return undefined // a percent sign that encodes nothing
  }
}
