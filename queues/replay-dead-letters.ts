import { z } from 'zod'
import { DEAD_LETTER_COLUMNS, type DeadLetterRow, selected } from '../platform/dead-letter-rows.ts'
import { defineJob, type JobStep } from '../platform/jobs.ts'
import { KeptSelection } from '../shared/contract/dead-letter-selection.ts'
import { jsonOf } from '../shared/kernel/json.ts'
import { deliverLetters } from './deliver-letters.ts'
import { sendLetters } from './effect-letters.ts'
import { isQueueFull, sendAgain } from './send-again.ts'

/** Sends dead letters through the pipeline, or to their destination, again, oldest first, and takes off the list what the queues have. */
const Cursor = z.object({ at: z.int(), id: z.string(), errors: z.int() })
const PAGE = 50
const PAUSE_MS = 1_000

export const replayDeadLetters = defineJob({
  kind: 'replay-dead-letters',
  /** `until`: letters that come later, of what fails again, are not looked at. */
  input: z.object({ selection: KeptSelection, until: z.int(), total: z.int() }),
  cursor: Cursor,
  async step(env, { id, workspace, input, cursor, done }): Promise<JobStep<z.infer<typeof Cursor>>> {
    const { at, id: after, errors } = cursor ?? { at: 0, id: '', errors: 0 }
    const progress = { cursor: { at, id: after, errors }, done, total: input.total, errors }
    if (await isQueueFull(env)) return { ...progress, waitMs: PAUSE_MS }
    const where = selected(workspace, input.selection)
    const page = await env.DB.prepare(
      `SELECT ${DEAD_LETTER_COLUMNS} FROM dead_letters WHERE ${where.sql} AND kept_at <= ? AND (at, id) > (?, ?)
       ORDER BY at, id LIMIT ${PAGE}`,
    )
      .bind(...where.values, input.until, at, after)
      .all<DeadLetterRow>()
    const last = page.results.at(-1)
    if (!last) return { ...progress, finished: true, result: { replayed: done - errors, unreadable: errors } }
    // What a destination did not take was applied long ago: it goes there alone.
    const of = Map.groupBy(page.results, ({ stage }) => HELD[stage] ?? 'copy')
    const letters = (of.get('copy') ?? []).map(({ id, stage, body }) => ({
      id,
      isGivenUp: stage === 'queue',
      ingest: jsonOf(body),
    }))
    const again = await Promise.all([
      sendAgain(env, id, letters),
      deliverLetters(env, workspace, of.get('delivery') ?? []),
      sendLetters(env, workspace, of.get('effect') ?? []),
    ])
    const unreadable = new Set(again.flatMap((ids) => [...ids]))
    const sent = page.results.filter((letter) => !unreadable.has(letter.id))
    const gone = env.DB.prepare('DELETE FROM dead_letters WHERE workspace = ? AND id = ?')
    if (sent.length > 0) await env.DB.batch(sent.map((letter) => gone.bind(workspace, letter.id)))
    const failed = errors + unreadable.size
    return {
      cursor: { at: last.at, id: last.id, errors: failed },
      done: done + page.results.length,
      total: input.total,
      errors: failed,
    }
  },
})

/** What a letter holds, by its stage, when it is no copy of a message. */
const HELD: Readonly<Record<string, 'delivery' | 'effect'>> = { destination: 'delivery', effects: 'effect' }
