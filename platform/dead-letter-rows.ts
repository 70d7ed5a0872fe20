import type { KeptSelection } from '../shared/contract/dead-letter-selection.ts'

/** Dead letters in D1, and how some of them are meant. */
export interface DeadLetterRow {
  readonly id: string
  readonly message_id: string | null
  readonly stage: string
  readonly reason: string
  readonly attempts: number
  readonly at: number
  readonly body: string
}

export const DEAD_LETTER_COLUMNS = 'id, message_id, stage, reason, attempts, at, body'

export interface Where {
  readonly sql: string
  readonly values: readonly (string | number)[]
}

const NAME = inBody('items[0].body.event', 'items[0].body.name', 'effect.event.name')

/** The first of some places in a body, which may be any text: a message with one item, or a destination with an effect. */
function inBody(...paths: readonly string[]): string {
  const places = paths.map((path) => `json_extract(body, '$.${path}')`)
  return `CASE WHEN json_valid(body) THEN coalesce(${places.join(', ')}, '') END`
}

/** A selection as the rest of a WHERE. `ids` goes in as one JSON list: D1 binds a hundred values at most. */
export function selected(
  workspace: string,
  { ids, stage, reason, source, event, text, from, to }: KeptSelection,
): Where {
  const prefix = event?.endsWith('*') ? event.slice(0, -1) : undefined
  const conditions: [sql: string, value: string | number | undefined][] = [
    ['workspace = ?', workspace],
    ['id IN (SELECT value FROM json_each(?))', ids && JSON.stringify(ids)],
    ['stage = ?', stage],
    ['reason = ?', reason],
    [`${inBody('source', 'effect.event.source')} = ?`, source],
    [`${NAME} = ?`, prefix === undefined ? event : undefined],
    [`instr(${NAME}, ?) = 1`, prefix],
    ["instr(lower(body || ' ' || reason), ?) > 0", text?.toLowerCase()],
    ['at >= ?', from],
    ['at <= ?', to],
  ]
  const given = conditions.filter((one): one is [string, string | number] => one[1] !== undefined)
  return { sql: given.map(([sql]) => sql).join(' AND '), values: given.map(([, value]) => value) }
}
