import { queryOptions } from '@tanstack/react-query'
import type { deleteSource } from '../../../../shared/contract/delete-source.ts'
import type { listSourceTypes } from '../../../../shared/contract/list-source-types.ts'
import type { readSource } from '../../../../shared/contract/read-source.ts'
import type { readSourceStatistics } from '../../../../shared/contract/read-source-statistics.ts'
import type { updateSource } from '../../../../shared/contract/update-source.ts'
import { ask, type Given, type ReplyOf } from '../../api.ts'
import { later } from '../../components/toasts.ts'
import { queries } from '../../queries.ts'
import { t } from '../../words/words.ts'

export type Source = ReplyOf<typeof readSource>
export type SourceType = ReplyOf<typeof listSourceTypes>['types'][number]

export const sourceTypesQuery = queryOptions({
  queryKey: ['source-types'],
  queryFn: ({ signal }) => ask<typeof listSourceTypes>('get', '/api/v1/source-types', {}, signal),
  staleTime: Number.POSITIVE_INFINITY,
})

export function sourceQuery(sourceId: string) {
  return queryOptions({
    queryKey: ['sources', 'one', sourceId],
    queryFn: ({ signal }) =>
      ask<typeof readSource>('get', '/api/v1/sources/{sourceId}', { params: { sourceId } }, signal),
  })
}

export function statisticsQuery(sourceId: string, hours: number) {
  return queryOptions({
    queryKey: ['sources', 'statistics', sourceId, hours],
    queryFn: ({ signal }) =>
      ask<typeof readSourceStatistics>(
        'get',
        '/api/v1/sources/{sourceId}/statistics',
        { params: { sourceId }, query: { hours } },
        signal,
      ),
    refetchInterval: 15_000,
  })
}

export async function changeSource(sourceId: string, body: Given<typeof updateSource>['body']): Promise<Source> {
  const source = await ask<typeof updateSource>('put', '/api/v1/sources/{sourceId}', { params: { sourceId }, body })
  await queries.invalidateQueries({ queryKey: ['sources'] })
  return source
}

/** Its keys could not be made again, so it is deleted only when nobody took it back. */
export function deleteLater({ id, name }: Pick<Source, 'id' | 'name'>): void {
  later({
    id,
    text: t('lists.deleted', { name }),
    act: async () => {
      await ask<typeof deleteSource>('delete', '/api/v1/sources/{sourceId}', { params: { sourceId: id } })
      await queries.invalidateQueries({ queryKey: ['sources'] })
    },
  })
}

/** The type that a source was made of, for its settings. */
export function typeOfSource(types: readonly SourceType[], { kind, provider }: Pick<Source, 'kind' | 'provider'>) {
  return types.find((type) => type.kind === kind && type.provider === provider)
}
