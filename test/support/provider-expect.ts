import type { HookEvent, MessageEvent, RecordChange } from '../../shared/provider/hook-event.ts'
import { suppressionOf } from '../../shared/provider/suppression.ts'
import { type Fields, fields, instant } from './provider-input.ts'

/** Compares what was told with what a vector names; a field that it does not name may be anything. */
export function eventFaults(expected: readonly unknown[], events: readonly HookEvent[]): readonly string[] {
  if (expected.length !== events.length) {
    return [
      `${events.length} events (${events.map((event) => ('type' in event ? event.type : event.kind)).join(', ')}), not ${expected.length}`,
    ]
  }
  return expected.flatMap((wanted, i) => {
    const event = events[i] as HookEvent
    if (event.kind === 'record')
      return recordFaults(fields(wanted) ?? {}, [event]).map((fault) => `event ${i + 1}: ${fault}`)
    const actual = event as unknown as Fields
    return Object.entries(fields(wanted) ?? {}).flatMap(([name, value]) =>
      isAs(name, value, actual)
        ? []
        : [`event ${i + 1}: ${name} is ${JSON.stringify(fieldOf(name, actual))}, not ${JSON.stringify(value)}`],
    )
  })
}

function isAs(name: string, wanted: unknown, actual: Fields): boolean {
  const value = fieldOf(name, actual)
  if (name === 'at' || name === 'at_ms') return instant(wanted) === value
  if (name === 'recipient' || name === 'from') return bare(value) === bare(wanted)
  if (wanted === null || wanted === false) return value === undefined || value === wanted
  return JSON.stringify(value) === JSON.stringify(wanted) || (name === 'code' && String(value) === String(wanted))
}

/** Words of vectors for what we call otherwise. */
const ALIASES: Readonly<Record<string, string>> = {
  at_ms: 'at',
  text: 'detail',
  body: 'detail',
  response: 'detail',
  link: 'url',
}

function fieldOf(name: string, actual: Fields): unknown {
  const camel = (ALIASES[name] ?? name).replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
  const metadata = fields(actual['metadata']) ?? {}
  if (name === 'suppress') return suppressionOf(actual as unknown as MessageEvent)?.kind === 'suppress'
  return actual[name] ?? actual[camel] ?? metadata[name] ?? metadata[camel]
}

/** Providers write one number in several ways. */
function bare(value: unknown): string {
  return String(value ?? '')
    .replace(/^whatsapp:/, '')
    .replace(/^\+/, '')
}

export function recordFaults(wanted: Fields, records: readonly RecordChange[]): readonly string[] {
  const [record] = records
  if (!record) return ['no record changed']
  const faults: string[] = []
  const check = (name: string, isRight: boolean, actual: unknown) => {
    if (!isRight) faults.push(`${name} is ${JSON.stringify(actual)}, not ${JSON.stringify(wanted[name])}`)
  }
  const written = new Set([...Object.keys(record.set), ...record.clear])
  for (const [name, value] of Object.entries(wanted)) {
    const list = Array.isArray(value) ? (value as readonly string[]) : []
    switch (name) {
      case 'records':
        check(
          name,
          JSON.stringify(records.map((each) => each.record)) === JSON.stringify(value),
          records.map((each) => each.record),
        )
        break
      case 'set':
        check(
          name,
          Array.isArray(value) ? list.every((field) => field in record.set) : isPartOf(fields(value) ?? {}, record.set),
          record.set,
        )
        break
      case 'clear':
      case 'refetch':
        check(
          name,
          list.every((field) => record[name].includes(field)),
          record[name],
        )
        break
      case 'must_not_touch':
        check(name, !list.some((field) => written.has(field)), [...written])
        break
      case 'enriched_only':
        check(
          name,
          list.every((field) => field in record.enriched && !written.has(field)),
          record.enriched,
        )
        break
      case 'must_not_write_fields':
        check(name, value !== true || written.size === 0, [...written])
        break
      case 'replay_id':
      case 'replayId':
        check(name, record.replayId === value, record.replayId)
        break
      default: {
        const actual = (record as unknown as Fields)[name]
        check(name, actual === value, actual)
      }
    }
  }
  return faults
}

function isPartOf(wanted: Fields, actual: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(wanted).every(([name, value]) => JSON.stringify(actual[name]) === JSON.stringify(value))
}
