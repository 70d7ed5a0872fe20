import { encodeCursor } from '../../shared/kernel/cursor.ts'

interface Aged {
  readonly id: string
  readonly created_at: number
}

/** One page of rows ordered by (created_at, id), of which one more than the limit was read, and where the next begins. */
export function pageOf<T extends Aged>(rows: readonly T[], limit: number) {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { shown, cursor: last && rows.length > limit ? encodeCursor({ at: last.created_at, id: last.id }) : null }
}
