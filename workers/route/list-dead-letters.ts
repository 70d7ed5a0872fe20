import type { z } from 'zod'
import { type DeadLetterDocument, listDeadLetters } from '../../shared/contract/list-dead-letters.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'

interface Row {
  readonly id: string
  readonly message_id: string | null
  readonly stage: string
  readonly reason: string
  readonly attempts: number
  readonly at: number
  readonly body: string
}

/** Newest first; a page begins after the (time, id) of the last one shown, so letters that arrive meanwhile shift nothing. */
export const listDeadLettersRoute = serve(listDeadLetters, async ({ query }, { env, workspace }) => {
  const after = query.cursor === undefined ? undefined : decoded(query.cursor)
  if (after === null) {
    const errors = [{ path: 'cursor', message: 'is none of ours' }]
    return err(failure('invalid_request', 'cursor is none of ours', errors))
  }
  const conditions: [sql: string, ...values: (string | number)[]][] = [['workspace = ?', workspace]]
  if (query.stage !== undefined) conditions.push(['stage = ?', query.stage])
  if (query.reason !== undefined) conditions.push(['reason = ?', query.reason])
  if (after) conditions.push(['(at, id) < (?, ?)', after.at, after.id])
  const rows = await env.DB.prepare(
    `SELECT id, message_id, stage, reason, attempts, at, body FROM dead_letters
     WHERE ${conditions.map(([sql]) => sql).join(' AND ')} ORDER BY at DESC, id DESC LIMIT ?`,
  )
    .bind(...conditions.flatMap(([, ...values]) => values), query.limit + 1)
    .all<Row>()
    .catch((fault: unknown) => console.error('dead letters cannot be read:', fault))
  if (!rows) return err(failure('unavailable', 'dead letters cannot be read at the moment'))
  const shown = rows.results.slice(0, query.limit)
  const last = shown.at(-1)
  const cursor = last && rows.results.length > query.limit ? encoded(last) : null
  return ok({ deadLetters: shown.map(documentOf), cursor })
})

function documentOf({ id, message_id, stage, reason, attempts, at, body }: Row) {
  return { id, messageId: message_id, stage, reason, at: toIso(at), attempts, body: jsonOr(body) }
}

/** A message that could not be read at all is kept as the text it was. */
function jsonOr(text: string): z.infer<typeof DeadLetterDocument>['body'] {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function encoded({ at, id }: Pick<Row, 'at' | 'id'>): string {
  return Buffer.from(JSON.stringify([at, id])).toString('base64url')
}

function decoded(cursor: string): { readonly at: number; readonly id: string } | null {
  const parsed = jsonOr(Buffer.from(cursor, 'base64url').toString())
  if (!Array.isArray(parsed)) return null
  const [at, id] = parsed
  return typeof at === 'number' && typeof id === 'string' ? { at, id } : null
}
