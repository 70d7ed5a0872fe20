import { backfillProgress, countSegment } from '../../platform/audience.ts'
import type { DefinitionRow } from '../../platform/definition-row.ts'
import { log } from '../../platform/log.ts'
import type { SegmentDocument } from '../../shared/contract/segment-document.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { parseCondition } from '../../shared/segment/condition.ts'
import { sentence } from '../../shared/segment/sentence.ts'
import type { Call } from '../http/serve.ts'

export const NO_SEGMENT = failure('not_found', 'there is no such segment')

/** A segment with what the audience shards know of it. While they do not answer, the definition is shown without. */
export async function segmentDocument({ env, workspace }: Call, row: DefinitionRow): Promise<SegmentDocument> {
  const building = row.built_version < row.version
  const [counted, progress] = await Promise.all([
    countSegment(env, workspace, row.key).catch(silently(row.key)),
    building ? backfillProgress(env, workspace, row.key).catch(silently(row.key)) : undefined,
  ])
  return {
    key: row.key,
    name: row.name,
    description: row.description,
    kind: row.kind === 'file' ? 'file' : 'condition',
    condition: JSON.parse(row.definition),
    sentence: row.kind === 'file' ? `is on the imported list ${row.key}` : sentenceOf(row.definition),
    version: row.version,
    state: building ? 'building' : 'ready',
    progress: progress ? { done: progress.done, total: progress.total, perSecond: progress.perSecond } : null,
    count: counted?.count ?? null,
    growth: counted?.growth ?? null,
    freshAsOf: counted ? toIso(counted.freshAsOf) : null,
    createdAt: toIso(row.created_at),
    updatedAt: toIso(row.updated_at),
  }
}

/** A condition, as JSON text, in words. */
export function sentenceOf(definition: string): string {
  const condition = parseCondition(JSON.parse(definition))
  return condition.ok ? sentence(condition.value) : 'a condition that this version of Tributary cannot read'
}

function silently(key: string): (fault: unknown) => undefined {
  return (fault) => {
    log.warn('segment: it cannot be counted', { segment: key, fault })
    return undefined
  }
}
