import { ulid } from '../../shared/kernel/id.ts'
import type { Call } from '../http/serve.ts'

/** The row that says who did it, for the batch of the change itself: neither is written without the other. */
export function auditStatement(
  { env, workspace, tokenId, now }: Call,
  act: string,
  detail: unknown,
): D1PreparedStatement {
  const id = ulid(now, crypto.getRandomValues(new Uint8Array(10)))
  return env.DB.prepare('INSERT INTO audit (workspace, at, id, actor, act, detail) VALUES (?, ?, ?, ?, ?, ?)').bind(
    workspace,
    now,
    id,
    tokenId,
    act,
    JSON.stringify(detail),
  )
}
