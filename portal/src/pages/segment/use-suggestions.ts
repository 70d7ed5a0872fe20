import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { createContext, useContext, useMemo } from 'react'
import type { listComputedTraits } from '../../../../shared/contract/list-computed-traits.ts'
import type { listProfileEvents } from '../../../../shared/contract/list-profile-events.ts'
import type { listProfiles } from '../../../../shared/contract/list-profiles.ts'
import type { JsonObject, JsonValue } from '../../../../shared/kernel/json.ts'
import { isObject } from '../../../../shared/kernel/json.ts'
import type { EventDocument, ProfileDocument } from '../../../../shared/profile/document.ts'
import { ask } from '../../api.ts'
import { may, sessionQuery } from '../../session.ts'
import { segmentNamesQuery } from '../segments/segment-queries.ts'

/**
 * Names that were seen, so that nobody has to know them by heart: of the people who were active last, and of the newest
 * events of some of them. Who may not read profiles types them.
 */
export interface Suggestions {
  readonly traits: ReadonlyMap<string, readonly JsonValue[]>
  readonly events: readonly string[]
  readonly identifiers: readonly string[]
  readonly consents: readonly string[]
  readonly computed: readonly string[]
  readonly segments: readonly { readonly value: string; readonly label: string }[]
  /** Of an event: properties with values that were seen there. */
  propertiesOf(event: string): ReadonlyMap<string, readonly JsonValue[]>
}

const NOTHING: Suggestions = {
  traits: new Map(),
  events: [],
  identifiers: [],
  consents: [],
  computed: [],
  segments: [],
  propertiesOf: () => new Map(),
}

const SuggestionsContext = createContext(NOTHING)
export const SuggestionsProvider = SuggestionsContext.Provider

export function useSuggestions(): Suggestions {
  return useContext(SuggestionsContext)
}

const PEOPLE = '100'
const LOOKED_AT = 4
const LONG_MS = 5 * 60_000

export function useSeenNames(): Suggestions {
  const { data: session } = useSuspenseQuery(sessionQuery)
  const people = useQuery({
    queryKey: ['profiles', 'seen'],
    queryFn: ({ signal }) => ask<typeof listProfiles>('get', '/api/v1/profiles', { query: { limit: PEOPLE } }, signal),
    enabled: may(session, 'profiles:read'),
    staleTime: LONG_MS,
  })
  const found = people.data?.profiles
  const events = useQuery({
    queryKey: ['profiles', 'seen', 'events', found?.slice(0, LOOKED_AT).map(({ id }) => id)],
    queryFn: ({ signal }) => eventsOf(found?.slice(0, LOOKED_AT) ?? [], signal),
    enabled: found !== undefined,
    staleTime: LONG_MS,
  })
  const computed = useQuery({
    queryKey: ['computed-traits'],
    queryFn: ({ signal }) =>
      ask<typeof listComputedTraits>('get', '/api/v1/computed-traits', { query: { limit: 200 } }, signal),
    staleTime: LONG_MS,
  })
  const segments = useQuery(segmentNamesQuery)
  return useMemo(
    () => ({
      ...namesOf(found ?? [], events.data ?? []),
      computed: computed.data?.computedTraits.map(({ key }) => key) ?? [],
      segments: segments.data?.map(({ key, name }) => ({ value: key, label: name })) ?? [],
    }),
    [found, events.data, computed.data, segments.data],
  )
}

async function eventsOf(people: readonly ProfileDocument[], signal: AbortSignal): Promise<readonly EventDocument[]> {
  const path = '/api/v1/profiles/{ref}/events'
  const pages = await Promise.all(
    people.map(({ id }) =>
      ask<typeof listProfileEvents>('get', path, { params: { ref: id }, query: { limit: '100' } }, signal),
    ),
  )
  return pages.flatMap(({ events }) => events)
}

type Names = Pick<Suggestions, 'traits' | 'events' | 'identifiers' | 'consents' | 'propertiesOf'>

function namesOf(people: readonly ProfileDocument[], events: readonly EventDocument[]): Names {
  const sorted = (names: readonly string[]) => [...new Set(names)].toSorted((a, b) => a.localeCompare(b))
  return {
    traits: valuesByPath(people.map(({ traits }) => traits)),
    // Pages and screens are counted together under names with a dollar sign, which are no names.
    events: sorted([
      ...people.flatMap(({ eventCounts }) => Object.keys(eventCounts).filter((name) => !name.startsWith('$'))),
      ...events.flatMap(({ name }) => name ?? []),
    ]),
    identifiers: sorted(people.flatMap(({ identifiers }) => identifiers.map(({ type }) => type))),
    consents: sorted(people.flatMap(({ consents }) => Object.keys(consents))),
    propertiesOf: (event) =>
      valuesByPath(events.flatMap(({ name, properties }) => (fits(event, name) ? [properties] : []))),
  }
}

function fits(pattern: string, name = ''): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}

const MOST_VALUES = 20

/** Paths of what is no object, each with some of its values. */
function valuesByPath(objects: readonly JsonObject[]): ReadonlyMap<string, readonly JsonValue[]> {
  const found = new Map<string, JsonValue[]>()
  function visit(object: JsonObject, prefix: string) {
    for (const [name, value] of Object.entries(object)) {
      const path = `${prefix}${name}`
      if (isObject(value)) visit(value, `${path}.`)
      else found.set(path, withValue(found.get(path) ?? [], value))
    }
  }
  for (const object of objects) visit(object, '')
  return new Map([...found].toSorted(([a], [b]) => a.localeCompare(b)))
}

function withValue(values: JsonValue[], value: JsonValue): JsonValue[] {
  const isNew = values.length < MOST_VALUES && value !== null && value !== '' && !values.includes(value)
  return isNew ? [...values, value] : values
}
