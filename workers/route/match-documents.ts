import type { MatchPerson } from '../../durable-objects/index.ts'
import { peopleOf } from '../../platform/match-index.ts'
import { FieldWeights, type MatchRow } from '../../platform/match-pairs.ts'
import type { MatchDocument } from '../../shared/contract/match-document.ts'
import type { CanonicalId } from '../../shared/kernel/id.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import type { Call } from '../http/serve.ts'

/** Pairs as they are read: what was judged from D1, the values from the index. */
export async function matchDocuments({ env, workspace }: Call, rows: readonly MatchRow[]): Promise<MatchDocument[]> {
  const ids = [...new Set(rows.flatMap(({ a, b }) => [a, b]))]
  const people = await peopleOf(env, workspace, ids)
  return rows.map((row) => matchDocument(row, people))
}

export async function matchDocumentOf(call: Call, row: MatchRow): Promise<MatchDocument> {
  const [document] = await matchDocuments(call, [row])
  return document as MatchDocument
}

function matchDocument(row: MatchRow, people: ReadonlyMap<CanonicalId, MatchPerson>): MatchDocument {
  const [left, right] = [people.get(row.a), people.get(row.b)]
  return {
    id: row.id,
    state: row.state,
    profiles: [row.a, row.b],
    probability: row.probability,
    fields: FieldWeights.parse(JSON.parse(row.weights)).map(({ field, level, weight }) => ({
      field,
      level,
      weight,
      values: [valueIn(left, field), valueIn(right, field)],
    })),
    modelVersion: row.model_version,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at === null ? null : toIso(row.decided_at),
    mergeId: row.merge_id,
    createdAt: toIso(row.created_at),
    updatedAt: toIso(row.updated_at),
  }
}

/** Names that came only as a whole are shown as the whole. */
const OF_FULL: ReadonlySet<string> = new Set(['given', 'surname', 'middle'])

function valueIn(person: MatchPerson | undefined, field: string): string | null {
  const values = person?.records[0]?.values ?? {}
  const value = Object.hasOwn(values, field) ? values[field] : OF_FULL.has(field) ? values['full'] : undefined
  return value ?? null
}
