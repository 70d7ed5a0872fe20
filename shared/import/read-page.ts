import type { ImportFormat, Page, ReadState } from './import-format.ts'
import { readCsv } from './read-csv.ts'
import { readJson } from './read-json.ts'
import { readNdjson, readText } from './read-lines.ts'

/**
 * Cuts one page of a file into rows, from a row boundary: pure, so that the same page read again gives the same rows.
 * `text` is binary text (binary-text.ts) that holds READ_LIMITS.pageBytes, or all that is left (`isLast`).
 *
 * @law a file read in pages of any size gives the rows that it gives in one
 */
export function readPage(
  format: ImportFormat,
  text: string,
  isLast: boolean,
  state: ReadState,
  begins?: (line: string) => boolean,
): Page {
  switch (format) {
    case 'csv':
      return readCsv(text, isLast, state)
    case 'ndjson':
      return readNdjson(text, isLast, state)
    case 'json':
      return readJson(text, isLast, state)
    case 'text':
      return readText(text, isLast, state, begins)
  }
}
