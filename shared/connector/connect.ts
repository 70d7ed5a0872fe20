import { validateItem } from '../event/validate-item.ts'
import type { RawRow, ReadState, RowFault } from '../import/import-format.ts'
import { READ_START } from '../import/import-format.ts'
import { readPage } from '../import/read-page.ts'
import { timedItem } from '../import/row-item.ts'
import type { JsonObject } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { Connector, Normalised } from './connector.ts'

/** The messages that a connector makes of one row of a file; each is one that the pipeline takes. */
export function connectedItems(
  row: RawRow,
  connector: Connector,
  header: ReadState['header'],
): Result<readonly JsonObject[], RowFault> {
  if (row.content.kind === 'fault') return err(row.content.fault)
  const normalised = normalise(row.content, connector, header?.columns ?? [])
  if (!normalised.ok) return err({ code: 'not_understood', column: '', message: normalised.failure })
  const items: JsonObject[] = []
  for (const item of normalised.value) {
    const valid = validateItem(item, undefined)
    if (!valid.ok) return err({ code: valid.failure.code, column: valid.failure.path, message: valid.failure.message })
    const timed = timedItem(item)
    if (!timed.ok) return timed
    items.push(timed.value)
  }
  return ok(items)
}

function normalise(
  content: Exclude<RawRow['content'], { kind: 'fault' }>,
  connector: Connector,
  columns: readonly string[],
): Normalised {
  switch (connector.format) {
    case 'json':
      return content.kind === 'json' ? connector.normalise(content.value) : err('is no JSON')
    case 'csv':
      return content.kind === 'cells' ? connector.normalise(record(columns, content.cells)) : err('is no CSV')
    case 'text':
      return content.kind === 'text' ? connector.normalise(content.text) : err('is no text')
  }
}

/** Of two columns with one name the first that is not blank counts. */
function record(columns: readonly string[], cells: readonly string[]): Readonly<Record<string, string>> {
  const row = new Map<string, string>()
  columns.forEach((column, i) => {
    if ((row.get(column) ?? '').trim() === '') row.set(column, cells[i] ?? '')
  })
  return Object.fromEntries(row)
}

/** One record of a body and what a connector made of it. */
export interface Connected {
  readonly items: Result<readonly JsonObject[], RowFault>
}

/**
 * The records of a whole request body (`POST /hooks/{connector}/{sourceId}`), each with its messages or with what is wrong
 * with it. `body` is binary text (shared/import/binary-text.ts): a character per byte.
 */
export function connectBody(body: string, connector: Connector): readonly Connected[] {
  const connected: Connected[] = []
  let state: ReadState = READ_START
  // A request with text is one message, whatever its lines say.
  const begins = () => false
  for (let rest = body; rest !== ''; ) {
    const page = readPage(connector.format, rest, true, state, begins)
    if (page.failed !== undefined) return [{ items: err({ code: 'broken_row', column: '', message: page.failed }) }]
    for (const row of page.rows) connected.push({ items: connectedItems(row, connector, page.state.header) })
    state = page.state
    rest = rest.slice(page.consumed)
  }
  return connected
}
