import type { JsonValue } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { ValueRule } from './field-value.ts'
import { type Mapping, targetsOf } from './mapping.ts'
import { collision, parseTarget, type Target } from './target.ts'

/** How the rows of one file become items: made once per page, from the mapping and the header. */
export interface ItemPlan {
  readonly fields: readonly Field[]
  readonly constants: readonly (readonly [path: readonly string[], value: JsonValue])[]
}

export interface Field {
  readonly column: string
  /** Of cells; more than one when the header names the column twice. Empty for rows of JSON. */
  readonly cells: readonly number[]
  readonly path: readonly string[]
  /** Absent: as it stands in a row of JSON; in CSV guessed (guess-value.ts) or text. */
  readonly rule: ValueRule | 'as it is' | 'guess'
}

/** Of a mapping, for CSV with this header, or for rows of JSON. The failure says what the file lacks. */
export function mappedPlan(mapping: Mapping, header: readonly string[] | undefined): Result<ItemPlan, string> {
  const missing = header ? Object.keys(mapping.columns).filter((column) => !header.includes(column.trim())) : []
  if (missing.length > 0) {
    return err(`the file has no column ${missing.join(', ')}; its columns are ${header?.join(', ')}`.slice(0, 900))
  }
  const fields: Field[] = []
  for (const [column, texts] of Object.entries(mapping.columns)) {
    for (const text of targetsOf(texts)) {
      const target = parseTarget(text)
      if (!target.ok) return err(`${column}: ${target.failure}`)
      fields.push(fieldOf(column, cellsOf(header, column), target.value, mapping.timezone, header ? TEXT : 'as it is'))
    }
  }
  const constants = Object.entries(mapping.constants ?? {}).map(([path, value]) => [path.split('.'), value] as const)
  return ok({ fields, constants })
}

/** Without a mapping the header names the fields: `type,userId,timestamp,properties.total,traits.plan`. */
export function headerPlan(header: readonly string[]): Result<ItemPlan, string> {
  const fields: Field[] = []
  for (const column of new Set(header)) {
    if (column === '') continue // what has no name goes nowhere
    const target = parseTarget(column, true)
    if (!target.ok) return err(`column ${column}: ${target.failure}`)
    fields.push(fieldOf(column, cellsOf(header, column), target.value, undefined, 'guess'))
  }
  const twice = collision(fields.map(({ path }) => path))
  if (twice) return err(`the columns ${twice[0]} and ${twice[1]} cannot both be written`)
  return ok({ fields, constants: [] })
}

const TEXT: ValueRule = { type: 'string' }

function fieldOf(
  column: string,
  cells: readonly number[],
  { path, type, pattern }: Target,
  zone: string | undefined,
  otherwise: Field['rule'],
): Field {
  return { column, cells, path, rule: type === undefined ? otherwise : { type, pattern, zone } }
}

function cellsOf(header: readonly string[] | undefined, column: string): readonly number[] {
  return (header ?? []).flatMap((name, i) => (name === column.trim() ? [i] : []))
}
