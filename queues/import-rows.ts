import { contentHash } from '../platform/hashing.ts'
import type { RowError } from '../platform/import-files.ts'
import { connectedItems } from '../shared/connector/connect.ts'
import type { Connector } from '../shared/connector/connector.ts'
import { idText } from '../shared/event/validate-item.ts'
import type { ImportFormat, Page, RowFault } from '../shared/import/import-format.ts'
import { headerPlan, type ItemPlan, mappedPlan } from '../shared/import/item-plan.ts'
import type { Mapping } from '../shared/import/mapping.ts'
import { rowItem } from '../shared/import/row-item.ts'
import { canonicalJson } from '../shared/kernel/canonical-json.ts'
import { type JsonObject, own } from '../shared/kernel/json.ts'
import { LIMITS } from '../shared/kernel/limits.ts'
import { err, ok, type Result } from '../shared/kernel/result.ts'

/** How the rows of a file are read: by a mapping, by a connector, or as they are. */
export interface Reading {
  readonly format: ImportFormat
  /** Hash of the file's content. */
  readonly file: string
  readonly mapping: Mapping | undefined
  readonly connector: Connector | undefined
}

/** The rows of a page as texts of ingest items, and what was not taken. */
export interface PageItems {
  readonly texts: readonly string[]
  readonly accepted: number
  /** Rows that a connector takes for no event. */
  readonly skipped: number
  readonly errors: readonly RowError[]
}

/** The failure is why the file as a whole cannot be read this way. */
export function pageItems(page: Page, reading: Reading): Result<PageItems, string> {
  if (page.failed !== undefined) return err(page.failed)
  const plan = planOf(page, reading)
  if (!plan.ok) return plan
  const texts: string[] = []
  const errors: RowError[] = []
  let [accepted, skipped] = [0, 0]
  for (const row of page.rows) {
    const { connector } = reading
    const items = connector ? connectedItems(row, connector, page.state.header) : listed(rowItem(row, plan.value))
    const made = items.ok ? itemTexts(items.value, row.row, texts.length, reading.file) : items
    if (made.ok) {
      texts.push(...made.value)
      if (made.value.length > 0) accepted++
      else skipped++
    } else errors.push({ row: row.row, line: row.line, fault: made.failure })
  }
  return ok({ texts, accepted, skipped, errors })
}

function planOf({ state }: Page, { format, mapping, connector }: Reading): Result<ItemPlan | undefined, string> {
  const columns = state.header?.columns
  // A file of CSV whose header has not come yet is empty.
  if (format === 'csv' && columns === undefined) return ok(undefined)
  if (connector?.format === 'csv') {
    const missing = connector.columns.filter((column) => !columns?.includes(column))
    if (missing.length > 0) return err(`the file has no column ${missing.join(', ')}`)
  }
  if (connector) return ok(undefined)
  if (mapping) return mappedPlan(mapping, columns)
  return columns ? headerPlan(columns) : ok(undefined)
}

function listed(item: Result<JsonObject, RowFault>): Result<readonly JsonObject[], RowFault> {
  return item.ok ? ok([item.value]) : item
}

/**
 * A row without a messageId gets one from its file, its place and what it says: the same file again, or a page done
 * again, gives the same ids, and equal rows stay two.
 */
function itemTexts(
  items: readonly JsonObject[],
  row: number,
  first: number,
  file: string,
): Result<readonly string[], RowFault> {
  const texts: string[] = []
  for (const [part, item] of items.entries()) {
    const body = JSON.stringify(item)
    const bytes = Buffer.byteLength(body)
    if (bytes > LIMITS.eventBytes) {
      return err({ code: 'too_large', column: '', message: `the event has ${bytes} bytes, of ${LIMITS.eventBytes}` })
    }
    const given = idText(own(item, 'messageId')) !== undefined
    const made = given ? '' : `"messageId":"${contentHash(`${file}\n${row}\n${part}\n${canonicalJson(item)}`)}",`
    texts.push(`{"i":${first + part},${made}"body":${body}}`)
  }
  return ok(texts)
}
