import { z } from 'zod'
import { cleanJson, type JsonObject, type JsonValue, jsonOf, shapeFault } from '../shared/kernel/json.ts'
import { LIMITS } from '../shared/kernel/limits.ts'
import { CODE_LIMITS, type CodeAnswer, type CodeResult } from './customer-code-types.ts'

/**
 * What goes into a customer's isolate and what comes out of it, in lines of JSON. What comes out is the wrapper's, or
 * whatever the code made of it: all of it is checked again here, and nothing that was checked inside counts.
 */
export interface Given {
  readonly body: string
  /** Bytes of each event. */
  readonly sizes: readonly number[]
  /** More than the answer may have. */
  readonly mostBytes: number
}

/** Of a hundred lines with a thousand characters, escaped. */
const LOG_BYTES = 1024 * 1024

export function writeCall(settings: JsonObject, events: readonly JsonObject[]): Given {
  const lines = events.map((event) => JSON.stringify(event))
  const body = [JSON.stringify(settings), ...lines].join('\n')
  return {
    body,
    sizes: lines.map((line) => Buffer.byteLength(line)),
    mostBytes: Buffer.byteLength(body) + CODE_LIMITS.addedBytesInAll + LOG_BYTES,
  }
}

const Failed = <R extends string>(reasons: readonly [R, ...R[]]) =>
  z.object({ reason: z.enum(reasons), detail: z.string().max(1_000) })

const Log = z.object({
  level: z.enum(['debug', 'log', 'info', 'warn', 'error']),
  text: z.string().max(CODE_LIMITS.logChars),
})

const Head = z.object({
  failed: Failed(['threw', 'too_large', 'not_allowed', 'syntax']).optional(),
  logs: z.array(Log).max(CODE_LIMITS.logLines),
})

const Line = z.object({
  value: z.custom<JsonValue>().optional(),
  failed: Failed(['threw', 'not_json', 'too_large', 'not_allowed']).optional(),
})

export function readAnswer(text: string, { sizes }: Pick<Given, 'sizes'>): CodeAnswer {
  const [first = '', ...lines] = text.split('\n')
  const head = Head.safeParse(jsonOf(first))
  if (!head.success) return bent('what the code answered cannot be read')
  const { failed, logs } = head.data
  if (failed) return { kind: 'failed', ...placed(failed), logs }
  if (lines.length !== sizes.length) return bent(`the code answered ${lines.length} lines to ${sizes.length} events`)
  return { kind: 'done', results: lines.map((line, i) => resultOf(line, sizes[i] as number)), logs }
}

function bent(detail: string): CodeAnswer {
  return { kind: 'failed', reason: 'threw', detail, logs: [] }
}

/** The wrapper says the line in words; of a whole call it is told apart. */
function placed<F extends { readonly detail: string }>(failed: F): F & { readonly line?: number } {
  const found = /^(.*) \(line (\d{1,6})\)$/s.exec(failed.detail)
  return found ? { ...failed, detail: found[1] as string, line: Number(found[2]) } : failed
}

function resultOf(line: string, size: number): CodeResult {
  const failed = (reason: 'not_json' | 'too_large', detail: string) => ({ kind: 'failed', reason, detail }) as const
  // `{"value":` and `}` are the wrapper's.
  const bytes = Buffer.byteLength(line) - 10
  if (bytes > size + CODE_LIMITS.addedBytes) {
    return failed('too_large', `answered ${bytes} bytes to an event of ${size}`)
  }
  const read = Line.safeParse(jsonOf(line))
  if (!read.success) return failed('not_json', 'what the code answered cannot be read')
  if (read.data.failed) return { kind: 'failed', ...read.data.failed }
  const { value } = read.data
  const fault = shapeFault(value, { maxDepth: LIMITS.depth, maxKeys: LIMITS.keys })
  if (fault) return failed('too_large', `${fault.path || 'the answer'}: ${fault.message}`)
  return { kind: 'value', value: value === undefined ? undefined : cleanJson(value) }
}
