import type { JsonObject } from '../shared/kernel/json.ts'

/** A row, under its primary key as text. */
export interface SourceRow {
  readonly key: string
  readonly row: JsonObject
}

/**
 * Only rows from `after` and up to `upTo` of the cursor column, both included, as the source writes them; null: no such
 * bound. The last value is read again, since a row with the same one may have been written after the last run.
 */
export interface CursorRange {
  readonly after: string | null
  readonly upTo: string | null
}

export interface SourceFacts {
  readonly rows: number
  /** Rows that have no primary key: they cannot be told apart. */
  readonly withoutKey: number
  /** Greatest value of the cursor column; null without one, or without rows. */
  readonly cursor: string | null
}

/** Where a model's rows come from: in the order of their keys' bytes, a page at a time. */
export interface ModelReader {
  facts(range: CursorRange): Promise<SourceFacts>
  /** Rows whose key is greater than `after`; null: from the first. */
  page(after: string | null, limit: number, range: CursorRange): Promise<readonly SourceRow[]>
  close(): Promise<void>
}

/** The source will never answer otherwise: there is no use in trying again. */
export class ModelRefusal extends Error {}

/** Longest that a source may think about one page. */
export const STATEMENT_MS = 60_000
