import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import type { listEvents } from '../../../shared/contract/list-events.ts'
import { ask } from '../api.ts'
import type { NamedField, Option } from '../form/field.ts'
import { may, sessionQuery } from '../session.ts'
import { language, t } from '../words/words.ts'

/** How many of the newest one may choose from. */
const NEWEST = '25'

/**
 * One event that arrived, to try something on: of the newest by its name and time, or, for whoever may not read events and
 * while there are none, by its message ID.
 */
export function useEventField(hint: string, isApplied = false): NamedField {
  const { data: session } = useSuspenseQuery(sessionQuery)
  const { data } = useQuery({
    queryKey: ['events', 'recent', isApplied],
    queryFn: ({ signal }) =>
      ask<typeof listEvents>(
        'get',
        '/api/v1/events',
        { query: { limit: NEWEST, ...(isApplied ? { outcome: 'applied' as const } : {}) } },
        signal,
      ),
    enabled: may(session, 'events:read'),
  })
  // A message may have arrived more than once.
  const options = new Map(data?.events.map((event) => [event.messageId, optionOf(event)]))
  const known = [...options.values()]
  return {
    name: 'messageId',
    label: known.length > 0 ? t('lists.recentEvent') : t('destinations.message'),
    hint,
    isRequired: false,
    field: known.length > 0 ? { kind: 'choice', options: known } : { kind: 'text', look: 'line' },
  }
}

interface Arrived {
  readonly messageId: string
  readonly name?: string | undefined
  readonly type?: string | undefined
  readonly receivedAt: string
}

function optionOf({ messageId, name, type, receivedAt }: Arrived): Option {
  const at = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'medium' }).format(new Date(receivedAt))
  return { value: messageId, label: `${name ?? type ?? messageId} · ${at}` }
}
