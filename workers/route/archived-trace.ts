import { MissingFile } from '../../platform/lake-files.ts'
import { indexedLinesOf, newestDays } from '../../platform/lake-index.ts'
import { log } from '../../platform/log.ts'
import { type Outcome, outcomeIn } from '../../shared/event/outcome.ts'
import { DAY, parseInstant } from '../../shared/kernel/instant.ts'
import { isObject, type JsonValue } from '../../shared/kernel/json.ts'
import { MESSAGE } from '../../shared/lake/line-names.ts'
import type { ArchivedLine } from '../../shared/message/archived-event.ts'
import type { TraceLine } from '../../shared/pipeline/trace.ts'
import { toldOutcome } from '../../shared/pipeline/without-content.ts'

/** What bronze says of a message that the trace has forgotten, or of which it kept no line. */
export interface ArchivedTrace {
  readonly lines: readonly TraceLine[]
  /** The days that were looked through, oldest and newest; null: none. */
  readonly days: { readonly from: string; readonly to: string } | null
}

/** Rows of the index that one answer reads, when it is not told of which day. */
const MOST_ROWS = 500_000
const MOST_TRIES = 3

/**
 * The lines of a message, by the hourly index: of one day of arrival, or of as many of the newest as one answer may look
 * through.
 */
export async function archivedTrace(
  env: Env,
  workspace: string,
  messageId: string,
  day?: string,
): Promise<ArchivedTrace> {
  for (let tries = 1; ; tries++) {
    try {
      const days = day === undefined ? await newestDays(env, workspace, MOST_ROWS) : { from: day, to: day }
      if (days === null) return { lines: [], days }
      const found = await indexedLinesOf(env, workspace, { type: MESSAGE, match: messageId }, arrivalsOf(days))
      return { lines: linesOf(found.map(({ line }) => line)), days }
    } catch (fault) {
      if (!(fault instanceof MissingFile)) throw fault
      // Replaced meanwhile. When it is missing for good somebody deleted it by hand, and verifying says so.
      if (tries < MOST_TRIES) continue
      log.error('a file of the lake is missing', { workspace, key: fault.key })
      return { lines: [], days: null }
    }
  }
}

function arrivalsOf({ from, to }: { readonly from: string; readonly to: string }) {
  return { from: parseInstant(from) ?? 0, to: (parseInstant(to) ?? 0) + DAY - 1 }
}

/** A copy that was delivered twice has several lines; when one of them says that it was applied, it was. */
function linesOf(found: readonly ArchivedLine[]): readonly TraceLine[] {
  const byCopy = new Map<string, TraceLine>()
  for (const archived of found) {
    const line = traceLineOf(archived)
    const before = line && byCopy.get(line.copyId)
    if (line && (!before || (line.outcome.kind === 'applied' && before.outcome.kind !== 'applied')))
      byCopy.set(line.copyId, line)
  }
  return [...byCopy.values()]
}

function traceLineOf(line: ArchivedLine): TraceLine | undefined {
  const outcome: Outcome | undefined = outcomeIn(line)
  if (!outcome) return undefined
  const receivedAt = Number(line['receivedAt'])
  const item = isObject(line['item']) ? line['item'] : {}
  const reject = item['reject']
  return {
    messageId: String(line['messageId']),
    copyId: String(line['copyId']),
    source: String(line['source']),
    receivedAt,
    // The archive does not keep when it was decided, how often it was tried, and what the stages noted.
    decidedAt: receivedAt,
    type: textOr(line['type']),
    timestamp: typeof line['timestamp'] === 'number' ? line['timestamp'] : undefined,
    outcome: toldOutcome(outcome, item['body'], line['changes'] as JsonValue | undefined),
    ...(isObject(reject) ? { fault: { path: String(reject['path']), message: String(reject['message']) } } : {}),
    flags: textsOf(line['flags']),
    canonicalId: textOr(line['canonicalId']),
    leaf: textOr(line['leaf']),
    refused: textsOf(line['refusedLinks']),
  }
}

function textOr(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
}
