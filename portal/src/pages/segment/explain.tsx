import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { explainProfile } from '../../../../shared/contract/explain-profile.ts'
import type { listProfiles } from '../../../../shared/contract/list-profiles.ts'
import type { readProfile } from '../../../../shared/contract/read-profile.ts'
import type { SegmentDocument } from '../../../../shared/contract/segment-document.ts'
import { ask, type ReplyOf } from '../../api.ts'
import { Reason } from '../../components/because.tsx'
import { Field } from '../../components/field.tsx'
import { Panel } from '../../components/panel.tsx'
import { Loading, Problem } from '../../components/states.tsx'
import { Tag } from '../../components/tag.tsx'
import { Time } from '../../components/time.tsx'
import { mainIdentifiers, nameOf } from '../../person.ts'
import { t } from '../../words/words.ts'
import { useSettled } from './use-settled.ts'

const route = getRouteApi('/inside/segments/$key')
const PAUSE_MS = 220

/** Why somebody is in a segment, or is not; who that is stands in the address. */
export function Explain({ segment }: { readonly segment: SegmentDocument }) {
  const { person } = route.useSearch()
  return (
    <div className="grid gap-6 lg:grid-cols-[20rem_minmax(0,1fr)] lg:items-start">
      <PersonChoice chosen={person} />
      {person ? (
        <Why segment={segment} person={person} />
      ) : (
        <p className="py-8 text-center text-sm text-muted lg:py-16">{t('why.choose')}</p>
      )}
    </div>
  )
}

function PersonChoice({ chosen }: { readonly chosen: string | undefined }) {
  const [q, setQ] = useState('')
  const wanted = useSettled(q.trim(), PAUSE_MS)
  const people = useQuery({
    queryKey: ['profiles', 'why', wanted],
    queryFn: ({ signal }) =>
      ask<typeof listProfiles>('get', '/api/v1/profiles', { query: { q: wanted, limit: '8' } }, signal),
    placeholderData: keepPreviousData,
  })
  return (
    <div>
      <Field
        label={t('why.person')}
        type="search"
        value={q}
        onChange={({ target }) => setQ(target.value)}
        hint={t('why.hint')}
      />
      {people.isError ? <Problem fault={people.error} /> : null}
      <ul className="mt-3 flex flex-col gap-0.5">
        {people.data?.profiles.map((person) => (
          <li key={person.id}>
            <Link
              from="/segments/$key"
              to="."
              search={{ tab: 'why', person: person.id }}
              replace
              aria-current={person.id === chosen ? 'true' : undefined}
              className="block rounded-lg px-3 py-1.5 text-sm hover:bg-raised aria-[current=true]:bg-tint"
            >
              <span className="block truncate font-medium">{nameOf(person)}</span>
              <span className="block truncate text-muted">{mainIdentifiers(person)[0]?.value ?? person.id}</span>
            </Link>
          </li>
        ))}
      </ul>
      {people.data?.profiles.length === 0 ? <p className="mt-3 text-sm text-muted">{t('people.noneFound')}</p> : null}
    </div>
  )
}

function Why({ segment, person }: { readonly segment: SegmentDocument; readonly person: string }) {
  const params = { ref: person }
  const profile = useQuery({
    queryKey: ['profile', person, 'name'],
    queryFn: ({ signal }) => ask<typeof readProfile>('get', '/api/v1/profiles/{ref}', { params }, signal),
  })
  const why = useQuery({
    queryKey: ['profile', person, 'explain', segment.key, segment.version, profile.data?.version],
    queryFn: ({ signal }) =>
      ask<typeof explainProfile>(
        'post',
        '/api/v1/profiles/{ref}/explain',
        { params, body: { segment: segment.key } },
        signal,
      ),
    placeholderData: keepPreviousData,
  })
  if (why.isPending) return <Loading />
  if (why.isError) return <Problem fault={why.error} retry={() => void why.refetch()} />
  return (
    <Panel
      title={profile.data ? nameOf(profile.data) : person}
      actions={
        <Link to="/profiles/$ref" params={{ ref: person }} className="text-sm text-accent underline underline-offset-4">
          {t('why.open')}
        </Link>
      }
    >
      <Verdict why={why.data} />
    </Panel>
  )
}

function Verdict({ why }: { readonly why: ReplyOf<typeof explainProfile> }) {
  const { member, because, nextChangeAt, told, notTold } = why
  const tone = member === true ? 'good' : member === 'unknown' ? 'warn' : 'plain'
  const word = member === true ? t('person.in') : member === 'unknown' ? t('why.unknown') : t('person.out')
  return (
    <div className="text-sm">
      <p className="mb-4 flex flex-wrap items-center gap-x-3 gap-y-1">
        <Tag tone={tone}>{word}</Tag>
        {told.since ? (
          <span className="text-muted">
            {t('person.since')} <Time at={told.since} />
          </span>
        ) : null}
        {member !== 'unknown' && told.member !== member ? (
          <span className="text-warn">{t('why.notToldYet')}</span>
        ) : null}
      </p>
      <Reason because={because} />
      {nextChangeAt ? (
        <p className="mt-4 text-muted">
          {t('person.nextChange')} <Time at={nextChangeAt} />
        </p>
      ) : null}
      {notTold.length > 0 ? (
        <div className="mt-4 text-muted">
          <p>{t('why.short')}</p>
          <ul className="mt-1">
            {notTold.map(({ change, began, ended }) => (
              <li key={`${change} ${began}`}>
                {change} <Time at={began} as="clock" /> – <Time at={ended} as="clock" />
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </div>
  )
}
