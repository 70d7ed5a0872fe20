import { queryOptions } from '@tanstack/react-query'
import type { listSegments } from '../../../../shared/contract/list-segments.ts'
import type { readSegment } from '../../../../shared/contract/read-segment.ts'
import type { SegmentDocument } from '../../../../shared/contract/segment-document.ts'
import { ask } from '../../api.ts'

const PAGE_SIZE = 200
/** While people are looked at one sees how far that is. */
const BUILDING_MS = 1_500
const CALM_MS = 30_000

/** All of them: there are at most 500, and they are searched and sorted here. */
export const segmentsQuery = queryOptions({
  queryKey: ['segments', 'list'],
  queryFn: ({ signal }) => allSegments(signal),
  refetchInterval: ({ state }) => pace(state.data ?? []),
})

/** For whoever wants what they are called: counting them again and again is work. */
export const segmentNamesQuery = queryOptions({
  queryKey: ['segments', 'list'],
  queryFn: ({ signal }) => allSegments(signal),
  staleTime: 60_000,
})

export function segmentQuery(key: string) {
  return queryOptions({
    queryKey: ['segment', key],
    queryFn: ({ signal }) => ask<typeof readSegment>('get', '/api/v1/segments/{key}', { params: { key } }, signal),
    refetchInterval: ({ state }) => pace(state.data ? [state.data] : []),
  })
}

async function allSegments(signal: AbortSignal): Promise<readonly SegmentDocument[]> {
  const found: SegmentDocument[] = []
  for (let cursor: string | undefined; ; ) {
    const query = { limit: PAGE_SIZE, ...(cursor ? { cursor } : {}) }
    const page = await ask<typeof listSegments>('get', '/api/v1/segments', { query }, signal)
    found.push(...page.segments)
    if (page.cursor === null) return found
    cursor = page.cursor
  }
}

function pace(segments: readonly SegmentDocument[]): number {
  return segments.some(({ state }) => state === 'building') ? BUILDING_MS : CALM_MS
}
