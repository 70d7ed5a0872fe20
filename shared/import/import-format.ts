import { z } from 'zod'
import type { JsonValue } from '../kernel/json.ts'

/** How a file is cut into rows. `text` is for connectors: a row is a line, or several. */
export const IMPORT_FORMATS = ['ndjson', 'csv', 'json', 'text'] as const
export type ImportFormat = (typeof IMPORT_FORMATS)[number]

/** Why a row was not taken; the `code` in the errors file, with what it means. */
export const ROW_FAULTS = {
  broken_row: 'the row is no CSV or no JSON',
  ragged_row: 'the row has more or fewer cells than the header has columns',
  row_too_large: 'one row is larger than 1 MB',
  bad_encoding: 'a cell is not UTF-8; say the charset in Content-Type when the file is in another one',
  ambiguous_column: 'two columns of one name say different things',
  bad_number: 'not a number',
  bad_boolean: 'not a boolean',
  bad_date: 'not a date or time',
  bad_json: 'not JSON',
  not_understood: 'the connector made nothing of it',
} as const
export type RowFaultCode = keyof typeof ROW_FAULTS

export interface RowFault {
  readonly code: string
  /** Name of the column, or path of the field; empty for the row itself. */
  readonly column: string
  /** Never holds what stands in the cell: an errors file is passed around. */
  readonly message: string
}

/** One row as it stands in the file. */
export interface RawRow {
  /** 1 for the first row of data; a header and empty lines are none. */
  readonly row: number
  /** Line of the file on which it begins, from 1. */
  readonly line: number
  readonly content:
    | { readonly kind: 'cells'; readonly cells: readonly string[] }
    | { readonly kind: 'json'; readonly value: JsonValue }
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'fault'; readonly fault: RowFault }
}

/** What a reader knows at a row boundary; with the byte offset, all that is needed to go on. */
export const ReadState = z.object({
  row: z.int(),
  line: z.int(),
  /** Of CSV, once the header was read. */
  header: z.object({ columns: z.array(z.string()), delimiter: z.string() }).optional(),
  /** Inside a row that is too large: where its end is looked for. */
  skipping: z.object({ depth: z.int(), inString: z.boolean(), escaped: z.boolean() }).optional(),
})
export type ReadState = z.infer<typeof ReadState>

export const READ_START: ReadState = { row: 0, line: 0 }

export const READ_LIMITS = {
  /** Bytes handed to the reader at once, and so the most that a single row may have. */
  pageBytes: 1024 * 1024,
  /** Rows of one page; bounds the work of a step when rows are tiny. */
  pageRows: 5_000,
  columns: 1_000,
} as const

/** What one page of a file holds. */
export interface Page {
  readonly rows: readonly RawRow[]
  /** Bytes that need not be read again. */
  readonly consumed: number
  readonly state: ReadState
  /** The file as a whole cannot be read, and why. */
  readonly failed?: string
}
