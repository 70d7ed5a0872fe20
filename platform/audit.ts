import { ulid } from '../shared/kernel/id.ts'

/** Somebody who changes something: a call of the API, or a job in the name of the token that began it. */
export interface Actor {
  readonly env: Env
  readonly workspace: string
  readonly tokenId: string
  /** Epoch milliseconds. */
  readonly now: number
}

/** The row that says who did it, for the batch of the change itself: neither is written without the other. */
export function auditStatement(actor: Actor, act: string, detail: unknown): D1PreparedStatement {
  return auditRow(actor, act, detail, 'true')
}

/** The same, written only if the statement just before it in the batch changed a row: nothing done is nothing to tell. */
export function auditIfChanged(actor: Actor, act: string, detail: unknown): D1PreparedStatement {
  return auditRow(actor, act, detail, 'changes() > 0')
}

function auditRow({ env, workspace, tokenId, now }: Actor, act: string, detail: unknown, condition: string) {
  const id = ulid(now, crypto.getRandomValues(new Uint8Array(10)))
  return env.DB.prepare(
    `INSERT INTO audit (workspace, at, id, actor, act, detail, actor_name)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, coalesce(
       (SELECT name FROM tokens WHERE workspace = ?1 AND id = ?4),
       (SELECT name FROM members WHERE workspace = ?1 AND id = ?4))
     WHERE ${condition}`,
  ).bind(workspace, now, id, tokenId, act, JSON.stringify(detail))
}
