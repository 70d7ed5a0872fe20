import { queryOptions, useQuery } from '@tanstack/react-query'
import type { listSources } from '../../../shared/contract/list-sources.ts'
import { ask } from '../api.ts'

export const sourcesQuery = queryOptions({
  queryKey: ['sources'],
  queryFn: ({ signal }) => ask<typeof listSources>('get', '/api/v1/sources', { query: { limit: '200' } }, signal),
  staleTime: 30_000,
})

/** What a source is called, by its id; who may not read sources sees the id. */
export function useSourceNames(): (id: string) => string {
  const { data } = useQuery(sourcesQuery)
  const names = new Map(data?.sources.map(({ id, name }) => [id, name]))
  return (id) => names.get(id) ?? id
}
