import { queryOptions } from '@tanstack/react-query'
import type { deleteDestination } from '../../../../shared/contract/delete-destination.ts'
import type { listDestinationDeliveries } from '../../../../shared/contract/list-destination-deliveries.ts'
import type { listDestinationTypes } from '../../../../shared/contract/list-destination-types.ts'
import type { readDestination } from '../../../../shared/contract/read-destination.ts'
import type { updateDestination } from '../../../../shared/contract/update-destination.ts'
import { ask, type Given, type ReplyOf } from '../../api.ts'
import { later } from '../../components/toasts.ts'
import { queries } from '../../queries.ts'
import { t } from '../../words/words.ts'

export type Destination = ReplyOf<typeof readDestination>
export type DestinationTypes = ReplyOf<typeof listDestinationTypes>
export type DestinationType = DestinationTypes['types'][number]
export type Deliveries = ReplyOf<typeof listDestinationDeliveries>

export const destinationTypesQuery = queryOptions({
  queryKey: ['destination-types'],
  queryFn: ({ signal }) => ask<typeof listDestinationTypes>('get', '/api/v1/destination-types', {}, signal),
  staleTime: Number.POSITIVE_INFINITY,
})

export function destinationQuery(destinationId: string) {
  return queryOptions({
    queryKey: ['destinations', 'one', destinationId],
    queryFn: ({ signal }) =>
      ask<typeof readDestination>('get', '/api/v1/destinations/{destinationId}', { params: { destinationId } }, signal),
  })
}

/** Also of a plugin that observes, by its id. */
export function deliveriesQuery(destinationId: string) {
  return queryOptions({
    queryKey: ['deliveries', destinationId],
    queryFn: ({ signal }) =>
      ask<typeof listDestinationDeliveries>(
        'get',
        '/api/v1/destinations/{destinationId}/deliveries',
        { params: { destinationId } },
        signal,
      ),
    refetchInterval: 10_000,
  })
}

export async function changeDestination(
  destinationId: string,
  body: Given<typeof updateDestination>['body'],
): Promise<Destination> {
  const destination = await ask<typeof updateDestination>('put', '/api/v1/destinations/{destinationId}', {
    params: { destinationId },
    body,
  })
  await queries.invalidateQueries({ queryKey: ['destinations'] })
  return destination
}

/** What waits for it is thrown away with it, so it is deleted only when nobody took it back. */
export function deleteLater({ id, name }: Pick<Destination, 'id' | 'name'>): void {
  later({
    id,
    text: t('lists.deleted', { name }),
    act: async () => {
      await ask<typeof deleteDestination>('delete', '/api/v1/destinations/{destinationId}', {
        params: { destinationId: id },
      })
      await queries.invalidateQueries({ queryKey: ['destinations'] })
    },
  })
}
