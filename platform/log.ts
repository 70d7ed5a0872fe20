/**
 * Logs: one JSON object a line, for Workers Logs and OpenTelemetry exporters, which make fields of its keys. A line says
 * what went wrong and where to look; what a person sent is never in it (`withoutPeople`), so that logs need no erasure.
 */
export interface LogFacts {
  /** The request id: the same in the answer's problem, the ingest message and the copyId. */
  readonly correlation_id?: string | undefined
  readonly workspace_id?: string | undefined
  readonly source_id?: string | undefined
  /** A messageId or copyId: `GET /api/v1/events/{id}/trace` tells the rest. */
  readonly trace_id?: string | undefined
  /** What was thrown. */
  readonly fault?: unknown
  readonly [name: string]: unknown
}

type Level = 'info' | 'warn' | 'error'

export const log = {
  info: (message: string, facts?: LogFacts) => write('info', message, facts),
  /** Something waits or was done another way; it mends itself. */
  warn: (message: string, facts?: LogFacts) => write('warn', message, facts),
  /** Somebody should look. */
  error: (message: string, facts?: LogFacts) => write('error', message, facts),
} as const

function write(level: Level, message: string, { fault, ...facts }: LogFacts = {}): void {
  const line = { level, message, ...facts, ...(fault === undefined ? {} : { fault: faultOf(fault) }) }
  // Objects of the platform may refer to themselves; a log line must not be what throws.
  console[level](withoutPeople(textOf(line)))
}

function faultOf(fault: unknown): unknown {
  if (!(fault instanceof Error)) return typeof fault === 'object' ? fault : String(fault)
  const { name, message, stack, cause } = fault
  const { retryable, overloaded } = fault as { readonly retryable?: unknown; readonly overloaded?: unknown }
  return { name, message, retryable, overloaded, stack, ...(cause === undefined ? {} : { cause: faultOf(cause) }) }
}

function textOf(line: object): string {
  try {
    return JSON.stringify(line)
  } catch {
    return JSON.stringify({ level: 'error', message: 'a log line could not be written', keys: Object.keys(line) })
  }
}

const EMAIL = /[^\s"'<>:,=(]{1,64}@[^\s"'<>:,=)]{1,255}\.[a-z]{2,24}/gi
const PHONE = /\+\d[\d\s().-]{6,18}\d/g
const SECRET = /\b(?:tk|sk|wk|whsec|whpk)_[A-Za-z0-9+/=._-]{8,}/g

/** E-mail addresses, phone numbers and keys can stand in what an error quotes: they are taken out. */
export function withoutPeople(text: string): string {
  return text.replace(EMAIL, '[email]').replace(SECRET, '[key]').replace(PHONE, '[phone]')
}
