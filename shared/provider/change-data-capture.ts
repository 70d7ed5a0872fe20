import { isObject, type JsonObject, type JsonValue, own } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { RecordChange, RecordOp } from './hook-event.ts'
import { at, listAt, millisecondsAt, textAt } from './payload.ts'

/**
 * Salesforce Change Data Capture, in either envelope. An event says what changed and nothing else: a null that is not
 * said to have been emptied means "not sent".
 *
 *   CREATE, UNDELETE  all that is not null is written
 *   UPDATE            only `changedFields`; emptied are `nulledFields` (CometD: changed and null)
 *   GAP_*             says only that something happened: mark dirty, fetch
 *   GAP_OVERFLOW, *   everything of that entity must be read again
 */
const NO_RECORD = '000000000000000AAA'

interface Change {
  readonly header: JsonObject
  readonly fields: JsonObject
  /** CometD leaves `nulledFields` out and writes the null instead. */
  readonly isCometd: boolean
  readonly replayId: number | string | undefined
}

export function changesOf(envelope: JsonValue): Result<readonly RecordChange[], string> {
  const change = opened(envelope)
  if (!change) return err('there is no ChangeEventHeader')
  const entity = textAt(change.header, 'entityName')
  const ids = listAt(change.header, 'recordIds').filter((id) => typeof id === 'string')
  if (entity === undefined || ids.length === 0) return err('the header has no entityName or no recordIds')
  const type = textAt(change.header, 'changeType') ?? ''
  return ok(ids.map((id) => changeOf(change, entity, id, type)))
}

function opened(envelope: JsonValue): Change | undefined {
  const data = at(envelope, 'data')
  const outer = isObject(data) ? data : envelope
  const inner = at(outer, 'payload')
  const payload = isObject(inner) ? inner : outer
  const header = at(payload, 'ChangeEventHeader')
  if (!isObject(header) || !isObject(payload)) return undefined
  const { ChangeEventHeader: _, ...fields } = payload
  const replayId = at(outer, 'event', 'replayId') ?? at(outer, 'replayId') ?? at(envelope, 'replayId')
  return {
    header,
    fields,
    isCometd: isObject(data) || own(header, 'nulledFields') === undefined,
    replayId: typeof replayId === 'number' || typeof replayId === 'string' ? replayId : undefined,
  }
}

function changeOf(change: Change, entity: string, record: string, type: string): RecordChange {
  const { header } = change
  const [transaction, sequence] = [
    textAt(header, 'transactionKey') ?? '',
    Number(textAt(header, 'sequenceNumber') ?? 0),
  ]
  const op = opOf(change, record, type)
  return {
    kind: 'record',
    system: 'salesforce',
    entity,
    record,
    op,
    ...written(change, op),
    at: millisecondsAt(header, 'commitTimestamp'),
    dedup: `${entity}:${record}:${transaction}:${sequence}`,
    order: { commitNumber: Number(textAt(header, 'commitNumber') ?? 0), sequenceNumber: sequence },
    replayId: change.replayId,
    origin: textAt(header, 'changeOrigin'),
  }
}

function opOf(change: Change, record: string, type: string): RecordOp {
  if (type === 'GAP_OVERFLOW' || record === NO_RECORD || record.includes('*')) return 'resync'
  if (type === 'CREATE') return 'upsert'
  if (type === 'UNDELETE') return 'undelete'
  if (type === 'DELETE') return 'delete'
  // A relay that did not decode the bitmap of changed fields cannot say which they are.
  const isDecoded = ['changedFields', 'nulledFields', 'diffFields'].every(
    (name) => !listAt(change.header, name).some(isBitmap),
  )
  return type === 'UPDATE' && isDecoded ? 'update' : 'mark_dirty_and_refetch'
}

function isBitmap(name: JsonValue): boolean {
  return typeof name === 'string' && /^(?:\d+-)?0x[0-9a-f]*$/i.test(name)
}

type Written = Pick<RecordChange, 'set' | 'clear' | 'enriched' | 'refetch'>

function written(change: Change, op: RecordOp): Written {
  const flat = flattened(change.fields)
  if (op === 'upsert' || op === 'undelete') return { set: notNull(flat), clear: [], enriched: {}, refetch: [] }
  if (op !== 'update') return { set: {}, clear: [], enriched: {}, refetch: [] }
  const [changed, nulled, diffed] = ['changedFields', 'nulledFields', 'diffFields'].map((name) =>
    listAt(change.header, name).map(String),
  ) as [string[], string[], string[]]
  const set: Record<string, unknown> = {}
  const [enriched, clear, refetch]: [Record<string, unknown>, Set<string>, Set<string>] = [
    {},
    new Set(nulled),
    new Set(diffed),
  ]
  for (const [name, value] of Object.entries(flat)) {
    if (covers(diffed, name) || covers(nulled, name)) continue
    if (!covers(changed, name)) {
      if (value !== null) enriched[name] = value
    } else if (value !== null) set[name] = value
    else if (change.isCometd) clear.add(name)
    else if (changed.includes(name)) refetch.add(name)
  }
  return { set, clear: [...clear], enriched, refetch: [...refetch] }
}

/** `BillingAddress` covers `BillingAddress.State`. */
function covers(names: readonly string[], name: string): boolean {
  return names.some((each) => name === each || name.startsWith(`${each}.`))
}

/** Compound fields (addresses, names) one level down, with dots. */
function flattened(fields: JsonObject): Record<string, JsonValue> {
  const flat: Record<string, JsonValue> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (name === '__proto__') continue
    if (!isObject(value)) flat[name] = value
    else for (const [part, inner] of Object.entries(value)) flat[`${name}.${part}`] = inner
  }
  return flat
}

function notNull(flat: Readonly<Record<string, JsonValue>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(flat).filter(([, value]) => value !== null))
}
