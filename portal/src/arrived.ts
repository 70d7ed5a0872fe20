import { queryOptions } from '@tanstack/react-query'
import type { listEvents } from '../../shared/contract/list-events.ts'
import type { listProfiles } from '../../shared/contract/list-profiles.ts'
import { ask } from './api.ts'
import { may, type Session } from './session.ts'

/** Whether anything ever arrived. Events are seen for a week; of older ones there are people. */
export function arrivedQuery(session: Session) {
  return queryOptions({
    queryKey: ['arrived'],
    async queryFn({ signal }) {
      const query = { limit: '1' }
      const { events } = await ask<typeof listEvents>('get', '/api/v1/events', { query }, signal)
      if (events.length > 0 || !may(session, 'profiles:read')) return events.length > 0
      const { profiles } = await ask<typeof listProfiles>('get', '/api/v1/profiles', { query }, signal)
      return profiles.length > 0
    },
    // It does not come about that nothing ever arrived; what did not yet may at any moment.
    staleTime: ({ state }) => (state.data === true ? Number.POSITIVE_INFINITY : 0),
  })
}
