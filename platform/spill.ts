import { toIso } from '../shared/kernel/instant.ts'
import { log } from './log.ts'
import { patience } from './patience.ts'

/**
 * The last durable place before a request is refused: ingest messages that no queue took, one R2 object each, replayed
 * by the cron (queues/replay-spill.ts). Keys: `spill/<workspace, or the source while it is not known>/<hour>/<request>-<part>.json`.
 */
export const SPILL_PREFIX = 'spill/'

export interface SpillNote {
  /** Workspace or source. */
  readonly owner: string
  readonly requestId: string
  /** Epoch milliseconds. */
  readonly receivedAt: number
}

const HANG_MS = 3_000

/**
 * Writes the messages, and answers whether every one of them is durable. Never rejects. They were sent by a client a
 * moment ago, so they say `live`; coming back minutes later they must not meet the rules for live traffic (profile
 * rate, archive_only), hence `spill`.
 */
export async function spillIngest(
  env: Env,
  texts: readonly string[],
  note: SpillNote,
  hangMs = HANG_MS,
): Promise<boolean> {
  const hour = toIso(note.receivedAt).slice(0, 13)
  const folder = `${SPILL_PREFIX}${note.owner}/${hour}`
  const puts = texts.map((text, part) =>
    patience(hangMs, env.LAKE.put(`${folder}/${note.requestId}-${part}.json`, spilled(text))),
  )
  const outcomes = await Promise.all(puts)
  for (const outcome of outcomes) {
    const correlation_id = note.requestId
    if (outcome.kind === 'failed') log.error('spill: refused', { correlation_id, fault: outcome.fault })
    if (outcome.kind === 'hung') log.error('spill: hung', { correlation_id, waitedMs: hangMs })
  }
  return outcomes.every((outcome) => outcome.kind === 'done')
}

/** The first occurrence is the envelope's own: only ids of ours stand before it (workers/ingest/envelope.ts). */
function spilled(text: string): string {
  return text.replace('"origin":"live"', '"origin":"spill"')
}
