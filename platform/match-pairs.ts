import { z } from 'zod'
import { type CanonicalId, ulid } from '../shared/kernel/id.ts'

/** Pairs that are probably one person, as D1 keeps them: proposals, and what was decided about them. */
export const FieldWeights = z.array(z.object({ field: z.string(), level: z.string(), weight: z.number() })).readonly()
export type FieldWeights = z.infer<typeof FieldWeights>

export interface MatchRow {
  readonly workspace: string
  readonly id: string
  readonly a: CanonicalId
  readonly b: CanonicalId
  readonly probability: number
  readonly weights: string
  readonly model_version: number
  readonly state: 'open' | 'accepted' | 'rejected'
  readonly decided_by: string | null
  readonly decided_at: number | null
  readonly merge_id: string | null
  readonly created_at: number
  readonly updated_at: number
}

export interface Proposal {
  readonly other: CanonicalId
  readonly probability: number
  readonly weights: FieldWeights
  readonly modelVersion: number
}

/** The older one first, so that a pair has one name. */
export function inOrder(a: CanonicalId, b: CanonicalId): readonly [CanonicalId, CanonicalId] {
  return a < b ? [a, b] : [b, a]
}

export async function matchRow(env: Env, workspace: string, id: string): Promise<MatchRow | null> {
  return env.DB.prepare('SELECT * FROM matches WHERE workspace = ? AND id = ?').bind(workspace, id).first<MatchRow>()
}

/** Every pair with this profile. */
export async function pairsWith(env: Env, workspace: string, id: CanonicalId): Promise<readonly MatchRow[]> {
  const { results } = await env.DB.prepare(
    `SELECT * FROM matches WHERE workspace = ?1 AND a = ?2
     UNION ALL SELECT * FROM matches WHERE workspace = ?1 AND b = ?2`,
  )
    .bind(workspace, id)
    .all<MatchRow>()
  return results
}

/** Proposes pairs, or renews what an open proposal says; what was decided stays as it was decided. */
export function proposalStatements(
  env: Env,
  workspace: string,
  id: CanonicalId,
  proposals: readonly Proposal[],
  now: number,
): readonly D1PreparedStatement[] {
  return proposals.map(({ other, probability, weights, modelVersion }) => {
    const [a, b] = inOrder(id, other)
    const name = `mat_${ulid(now, crypto.getRandomValues(new Uint8Array(10)))}`
    return env.DB.prepare(
      `INSERT INTO matches (workspace, id, a, b, probability, weights, model_version, created_at, updated_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)
       ON CONFLICT (workspace, a, b) DO UPDATE SET probability = excluded.probability, weights = excluded.weights,
         model_version = excluded.model_version, updated_at = excluded.updated_at WHERE state = 'open'`,
    ).bind(workspace, name, a, b, probability, JSON.stringify(weights), modelVersion, now)
  })
}

/** Proposals that no longer hold: the two are not alike any more. */
export function withdrawStatements(env: Env, rows: readonly MatchRow[]): readonly D1PreparedStatement[] {
  return rows.map(({ workspace, id }) =>
    env.DB.prepare("DELETE FROM matches WHERE workspace = ? AND id = ? AND state = 'open'").bind(workspace, id),
  )
}

/** Notes what was decided about a pair, whoever decided it. */
export function decisionStatement(
  env: Env,
  row: Pick<MatchRow, 'workspace' | 'id'>,
  decision: { readonly state: 'accepted' | 'rejected'; readonly by: string; readonly mergeId?: string },
  now: number,
): D1PreparedStatement {
  return env.DB.prepare(
    `UPDATE matches SET state = ?1, decided_by = ?2, decided_at = ?3, merge_id = ?4, updated_at = ?3
     WHERE workspace = ?5 AND id = ?6`,
  ).bind(decision.state, decision.by, now, decision.mergeId ?? null, row.workspace, row.id)
}

/**
 * The pairs of a profile that was merged away are pairs of the one it was merged into: a rejected one stays rejected. The
 * pair of the two themselves is no question any more.
 */
export async function movePairs(env: Env, workspace: string, from: CanonicalId, to: CanonicalId): Promise<void> {
  const rows = await pairsWith(env, workspace, from)
  const statements = rows.flatMap((row) => {
    const other = row.a === from ? row.b : row.a
    if (other === to) return withdrawStatements(env, [row])
    const [a, b] = inOrder(to, other)
    if (row.state === 'accepted') return []
    return [
      // What was rejected is known of either side; an open question of both is one question.
      ...(row.state === 'rejected'
        ? [
            env.DB.prepare("DELETE FROM matches WHERE workspace = ? AND a = ? AND b = ? AND state = 'open'").bind(
              workspace,
              a,
              b,
            ),
          ]
        : []),
      env.DB.prepare('UPDATE OR IGNORE matches SET a = ?, b = ? WHERE workspace = ? AND id = ?').bind(
        a,
        b,
        workspace,
        row.id,
      ),
      env.DB.prepare("DELETE FROM matches WHERE workspace = ? AND id = ? AND (a = ? OR b = ?) AND state = 'open'").bind(
        workspace,
        row.id,
        from,
        from,
      ),
    ]
  })
  if (statements.length > 0) await env.DB.batch(statements)
}

export async function forgetPairs(env: Env, workspace: string, id: CanonicalId): Promise<number> {
  const { meta } = await env.DB.prepare('DELETE FROM matches WHERE workspace = ?1 AND (a = ?2 OR b = ?2)')
    .bind(workspace, id)
    .run()
  return meta.changes
}
