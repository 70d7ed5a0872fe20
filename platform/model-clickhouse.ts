import { isObject, type JsonObject, jsonOf } from '../shared/kernel/json.ts'
import { MODEL_SOURCES, type ModelDefinition } from '../shared/model/model.ts'
import { type CursorRange, type ModelReader, ModelRefusal, STATEMENT_MS } from './model-source.ts'
import { callOut } from './outbound.ts'
import type { OutboundRules } from './outbound-address.ts'

const MOST_BYTES = 64_000_000

/**
 * A model's query in ClickHouse, over HTTP (https://clickhouse.com/docs/interfaces/http): `readonly=2` lets nothing write,
 * values travel as parameters, rows come as JSONEachRow.
 */
export async function openModelClickHouse(
  given: JsonObject,
  { query, primaryKey, cursor }: ModelDefinition,
  rules: OutboundRules,
): Promise<ModelReader> {
  const { url, user, password, database } = MODEL_SOURCES.clickhouse.settings.parse(given)
  const key = `toString(m.${quoted(primaryKey)})`
  const column = cursor === null ? null : `m.${quoted(cursor)}`
  const from = `FROM (\n${query}\n) AS m`

  async function ask(sql: string, values: Readonly<Record<string, string>>): Promise<readonly JsonObject[]> {
    const target = new URL(url)
    const settings = {
      database,
      readonly: '2',
      max_execution_time: String(STATEMENT_MS / 1_000),
      output_format_json_quote_64bit_integers: '0',
      // ISO 8601 in UTC, whatever the column's time zone.
      date_time_output_format: 'iso',
      // The error comes as the status, and not in the middle of rows.
      wait_end_of_query: '1',
    }
    for (const [name, value] of Object.entries(settings)) target.searchParams.set(name, value)
    for (const [name, value] of Object.entries(values)) target.searchParams.set(`param_${name}`, escaped(value))
    const headers = {
      'Content-Type': 'text/plain',
      'X-ClickHouse-User': user,
      'X-ClickHouse-Key': password,
    }
    const request = { method: 'POST' as const, url: target.href, headers, body: `${sql} FORMAT JSONEachRow` }
    const answer = await callOut(request, rules, STATEMENT_MS + 5_000, MOST_BYTES)
    if (answer.kind === 'forbidden') throw new ModelRefusal(answer.reason)
    if (answer.kind === 'failed') throw new Error(answer.reason)
    const { status, body, cut } = answer.reply
    if (status !== 200) return refuse(status, body)
    if (cut) throw new ModelRefusal(`a page of rows is larger than ${MOST_BYTES} bytes`)
    return body.split('\n').flatMap((line) => {
      const row = line === '' ? undefined : jsonOf(line)
      return isObject(row) ? [row] : []
    })
  }
  const within = (range: CursorRange): string => {
    if (column === null) return '1'
    const bounds = [
      ...(range.after === null ? [] : [`${column} >= ${literal(range.after)}`]),
      ...(range.upTo === null ? [] : [`${column} <= ${literal(range.upTo)}`]),
    ]
    return bounds.length === 0 ? '1' : bounds.join(' AND ')
  }
  return {
    async facts(range) {
      const greatest = column === null ? 'NULL' : `if(count() = 0, NULL, toString(max(${column})))`
      const sql = `SELECT count() AS rows, countIf(isNull(m.${quoted(primaryKey)})) AS bare, ${greatest} AS last ${from} WHERE ${within(range)}`
      const [row] = await ask(sql, {})
      const last = row?.['last']
      return {
        rows: Number(row?.['rows']),
        withoutKey: Number(row?.['bare']),
        cursor: typeof last === 'string' ? last : null,
      }
    },
    async page(after, limit, range) {
      const values: Record<string, string> = {}
      const bounds = [`isNotNull(m.${quoted(primaryKey)})`, within(range)]
      if (after !== null) {
        values['after_key'] = after
        bounds.push(`${key} > {after_key:String}`)
      }
      const sql = `SELECT ${key} AS ${quoted(KEY)}, m.* ${from} WHERE ${bounds.join(' AND ')} ORDER BY ${key} LIMIT ${limit}`
      return (await ask(sql, values)).map(({ [KEY]: found, ...row }) => ({ key: String(found), row }))
    },
    async close() {},
  }
}

/** A name that no column of anybody has. */
const KEY = '__tributary_key'

/** A literal and no parameter: compared with a column it takes the column's type, so that 9 is less than 10. */
function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

function quoted(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``
}

/** Parameters are read like fields of TSV. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n')
}

function refuse(status: number, body: string): never {
  const said = `ClickHouse: ${status} ${body.slice(0, 300)}`
  // Too many queries, a node that starts: later it may be otherwise. The rest is about the query or the login.
  if (status === 429 || status === 502 || status === 503 || /TOO_MANY_SIMULTANEOUS|NETWORK|TIMEOUT/.test(body))
    throw new Error(said)
  throw new ModelRefusal(said)
}
