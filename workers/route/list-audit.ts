import { isMemberId } from '../../platform/token-grant.ts'
import { type AuditEntry, listAudit } from '../../shared/contract/list-audit.ts'
import { encodeCursor } from '../../shared/kernel/cursor.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { jsonOf } from '../../shared/kernel/json.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'

interface AuditRow {
  readonly at: number
  readonly id: string
  readonly actor: string
  readonly act: string
  readonly detail: string
  readonly name: string | null
}

/** Lines from before names were kept show the name of now, as far as there is one. */
const NAME = `coalesce(actor_name, (SELECT name FROM tokens t WHERE t.workspace = audit.workspace AND t.id = actor),
  (SELECT name FROM members m WHERE m.workspace = audit.workspace AND m.id = actor))`

export const listAuditRoute = serve(listAudit, async ({ query }, { env, workspace }) => {
  const { actor, action, from, to, cursor, limit } = query
  const conditions = ['workspace = ?']
  const values: (string | number)[] = [workspace]
  const ask = (condition: string, ...asked: readonly (string | number)[]) => {
    conditions.push(condition)
    values.push(...asked)
  }
  if (actor !== undefined) ask('actor = ?', actor)
  if (action?.endsWith('*')) ask('act GLOB ?', action)
  else if (action !== undefined) ask('act = ?', action)
  if (from !== undefined) ask('at >= ?', from)
  if (to !== undefined) ask('at <= ?', to)
  if (cursor) ask('(at, id) < (?, ?)', cursor.at, cursor.id)
  const { results } = await env.DB.prepare(
    `SELECT at, id, actor, act, detail, ${NAME} AS name FROM audit WHERE ${conditions.join(' AND ')}
     ORDER BY at DESC, id DESC LIMIT ?`,
  )
    .bind(...values, limit + 1)
    .all<AuditRow>()
  const shown = results.slice(0, limit)
  const last = shown.at(-1)
  return ok({
    entries: shown.map(entryOf),
    cursor: last && results.length > limit ? encodeCursor({ at: last.at, id: last.id }) : null,
  })
})

function entryOf({ at, id, actor, act, detail, name }: AuditRow): AuditEntry {
  const kind = isMemberId(actor) ? 'member' : actor.startsWith('rule:') ? 'rule' : 'token'
  return { id, at: toIso(at), actor: { id: actor, kind, name }, action: act, detail: (jsonOf(detail) ?? null) as never }
}
