import type { WorkspaceSettings } from '../shared/config/workspace-config.ts'
import type { Event } from '../shared/event/event.ts'
import { eventDocument } from '../shared/transform/event-document.ts'
import { answeredToEvent, type Transformed } from '../shared/transform/transform-event.ts'
import { runCustomerCode } from './customer-code.ts'
import { CODE_LIMITS, type CodeFailure, type CustomerCode, type LogLine } from './customer-code-types.ts'

export interface ByCode {
  readonly workspace: string
  /** Of the transformation. */
  readonly name: string
  readonly code: string
}

/** What became of each event, or why of none. */
export type CodeOutcome =
  | { readonly kind: 'done'; readonly results: readonly Transformed[]; readonly logs: readonly LogLine[] }
  | {
      readonly kind: 'failed'
      readonly failure: CodeFailure
      readonly reason: string
      readonly logs: readonly LogLine[]
    }

/** For a whole batch: a queue's messages wait for it. */
const TIMEOUT_MS = 2_000

/** Code of a transformation has no settings and no network: what an event becomes follows from the event alone. */
export function customerCodeOf({ workspace, name, code }: ByCode): CustomerCode {
  return { workspace, name, code, settings: {}, allow: [], timeoutMs: TIMEOUT_MS }
}

/** Events through the code of a transformation, in one call. Never rejects. */
export async function transformByCode(
  env: Env,
  by: ByCode,
  events: readonly Event[],
  settings: WorkspaceSettings,
): Promise<CodeOutcome> {
  const results: Transformed[] = []
  const logs: LogLine[] = []
  for (let from = 0; from < events.length; from += CODE_LIMITS.events) {
    const some = events.slice(from, from + CODE_LIMITS.events)
    const answer = await runCustomerCode(env, customerCodeOf(by), some.map(eventDocument))
    logs.push(...answer.logs)
    if (answer.kind === 'failed') {
      const { reason: failure, detail, line } = answer
      const where = line === undefined ? '' : ` (line ${line})`
      return { kind: 'failed', failure, reason: `${failure}: ${detail}${where}`, logs }
    }
    for (const [i, one] of answer.results.entries()) {
      const event = some[i] as Event
      if (one.kind === 'value') results.push(answeredToEvent(event, one.value, settings))
      else results.push({ kind: 'failed', reason: `${one.reason}: ${one.detail}` })
    }
  }
  return { kind: 'done', results, logs }
}
