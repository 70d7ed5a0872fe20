import { useQuery } from '@tanstack/react-query'
import type { listEvents } from '../../../../shared/contract/list-events.ts'
import type { LiveFilter } from '../../../../shared/pipeline/live.ts'
import { ask } from '../../api.ts'
import type { LiveRow } from '../../live/live-socket.ts'

/** What the address of the page asks for. */
export interface LiveSearch {
  readonly outcome?: string
  readonly type?: string
  readonly event?: string
  readonly source?: string
  readonly profile?: string
  readonly text?: string
}

type Outcomes = NonNullable<LiveFilter['outcomes']>
type Types = NonNullable<LiveFilter['types']>

/** The server refuses names that it does not know; the address may have any. */
export function filterOf({ outcome, type, event, source, profile, text }: LiveSearch): LiveFilter {
  return {
    ...(outcome ? { outcomes: [outcome] as Outcomes } : {}),
    ...(type ? { types: [type] as Types } : {}),
    ...(event ? { events: [event] } : {}),
    ...(source ? { sources: [source] } : {}),
    ...(profile ? { profile } : {}),
    ...(text ? { text } : {}),
  }
}

/** Which one is open is no filter. */
export function isFiltered(search: LiveSearch): boolean {
  return Object.keys(filterOf(search)).length > 0
}

export function keyOf({ copyId }: LiveRow): string {
  return copyId
}

/** What came before one looked, from the trace. It cannot look inside of events, nor for beginnings of names. */
export function useEarlier(search: LiveSearch, live: readonly LiveRow[]) {
  const { outcome, type, event: name, source, profile, text } = search
  const isPossible = !text && !name?.endsWith('*') && (!profile || profile.startsWith('prf_'))
  const query = useQuery({
    queryKey: ['events', outcome, type, name, source, profile],
    queryFn: ({ signal }) =>
      ask<typeof listEvents>(
        'get',
        '/api/v1/events',
        {
          query: {
            outcome: outcome as Outcomes[number],
            type: type as Types[number],
            name,
            source,
            profile,
            limit: '50',
          },
        },
        signal,
      ),
    enabled: isPossible,
    // Newer ones come by themselves.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
  })
  const known = new Set(live.map(keyOf))
  const found = (query.data?.events ?? []) as readonly LiveRow[]
  const rows = isPossible ? found.filter((row) => !known.has(keyOf(row))) : []
  return {
    rows,
    isPossible,
    isPending: isPossible && query.isPending,
    fault: query.error,
    again: () => void query.refetch(),
  }
}
