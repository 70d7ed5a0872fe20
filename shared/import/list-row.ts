import { type Identifier, identifierOf } from '../identity/identifier.ts'
import { type IdentitySettings, isBlocked, settingsOfType, typesInForce } from '../identity/identity-settings.ts'
import { isObject, type JsonValue } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { RawRow, RowFault } from './import-format.ts'

/** Rows of a file that lists people: which identifiers each names, the strongest first. */
export type ListRow = Result<readonly Identifier[], RowFault>

/** Which types of identifiers the fields of a row hold, by place: undefined for those that hold none. */
export type ListPlan = readonly (string | undefined)[]

/** How people write the names of types. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['userid', 'user_id'],
  ['email', 'email'],
  ['emailaddress', 'email'],
  ['phone', 'phone'],
  ['phonenumber', 'phone'],
  ['anonymousid', 'anonymous_id'],
  ['deviceid', 'device_id'],
])

/**
 * What the columns of a file hold. A single column may name any type; of several, those count that the workspace knows,
 * since a list often has names and dates beside its identifiers. Undefined when none is one.
 */
export function listPlan(columns: readonly string[], settings: IdentitySettings): ListPlan | undefined {
  const known = typesInForce(settings)
  const typeOf = (column: string) => {
    if (Object.hasOwn(known, column)) return column
    return NAMES.get(column.toLowerCase().replace(/[\s_.-]/g, ''))
  }
  const plan = columns.map(typeOf)
  if (columns.length === 1 && plan[0] === undefined && /^[A-Za-z0-9_.-]{1,64}$/.test(columns[0] ?? ''))
    return [columns[0]]
  return plan.some((type) => type !== undefined) ? plan : undefined
}

/** `plan` is that of the header; rows of JSON bring their own. */
export function listRow({ content }: RawRow, plan: ListPlan | undefined, settings: IdentitySettings): ListRow {
  if (content.kind === 'fault') return err(content.fault)
  if (content.kind === 'text') return err(fault('', 'no_identifier', 'the row names no type of identifier'))
  if (content.kind === 'cells') return identifiers(content.cells, plan ?? [], settings)
  if (!isObject(content.value)) return err(fault('', 'no_identifier', 'the row is not an object'))
  const fields = Object.entries(content.value)
  const own = listPlan(
    fields.map(([name]) => name),
    settings,
  )
  return identifiers(
    fields.map(([, value]) => value),
    own ?? [],
    settings,
  )
}

function identifiers(values: readonly JsonValue[], plan: ListPlan, settings: IdentitySettings): ListRow {
  const found: Identifier[] = []
  let refused: RowFault | undefined
  for (const [i, type] of plan.entries()) {
    const value = values[i]
    if (type === undefined || value === undefined || value === null || String(value).trim() === '') continue
    const identifier = identifierOf(type, value, settings.defaultCountry)
    if (!identifier) refused ??= fault(type, 'bad_identifier', `is not a valid ${type}`)
    else if (isBlocked(identifier, settings)) refused ??= fault(type, 'blocked_identifier', 'identifies nobody')
    else found.push(identifier)
  }
  const strength = ({ type }: Identifier) => settingsOfType(settings, type).priority
  if (found.length > 0) return ok(found.sort((a, b) => strength(a) - strength(b)))
  return err(refused ?? fault('', 'no_identifier', 'the row holds no identifier'))
}

function fault(column: string, code: string, message: string): RowFault {
  return { column, code, message }
}
