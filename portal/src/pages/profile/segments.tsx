import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { explainProfile } from '../../../../shared/contract/explain-profile.ts'
import type { listSegments } from '../../../../shared/contract/list-segments.ts'
import type { ProfileDocument } from '../../../../shared/profile/document.ts'
import { ask } from '../../api.ts'
import { Reason } from '../../components/because.tsx'
import { Empty, Loading, Problem } from '../../components/states.tsx'
import { Tag } from '../../components/tag.tsx'
import { Time } from '../../components/time.tsx'
import { t } from '../../words/words.ts'

/** Every segment, whether somebody is in it, and, when it is opened, why. */
export function SegmentsOfPerson({ person }: { readonly person: ProfileDocument }) {
  const [asked, setAsked] = useState<ReadonlySet<string>>(new Set())
  const segments = useQuery({
    queryKey: ['segments', 'all'],
    queryFn: ({ signal }) => ask<typeof listSegments>('get', '/api/v1/segments', { query: { limit: '200' } }, signal),
  })
  if (segments.isPending) return <Loading />
  if (segments.isError) return <Problem fault={segments.error} retry={() => void segments.refetch()} />
  const since = new Map(person.segments.map(({ key, since }) => [key, since]))
  const all = segments.data.segments.toSorted((a, b) => Number(since.has(b.key)) - Number(since.has(a.key)))
  if (all.length === 0) return <Empty title={t('person.noSegments')} />
  return (
    <ul className="flex flex-col gap-3">
      {all.map(({ key, name, sentence }) => (
        <li key={key}>
          <details
            className="rounded-xl border border-line bg-surface"
            onToggle={({ currentTarget }) => currentTarget.open && setAsked((before) => new Set(before).add(key))}
          >
            <summary className="flex list-none flex-wrap items-center gap-x-4 gap-y-1 px-5 py-3.5 [&::-webkit-details-marker]:hidden">
              <span className="font-medium">{name}</span>
              <Tag tone={since.has(key) ? 'good' : 'plain'}>{since.has(key) ? t('person.in') : t('person.out')}</Tag>
              {since.has(key) ? (
                <span className="text-sm text-muted">
                  {t('person.since')} <Time at={since.get(key) as string} />
                </span>
              ) : null}
              <span className="w-full text-sm text-muted">{sentence}</span>
            </summary>
            <div className="border-t border-line px-5 py-4">
              {asked.has(key) ? <Why person={person} segment={key} /> : null}
            </div>
          </details>
        </li>
      ))}
    </ul>
  )
}

function Why({ person, segment }: { readonly person: ProfileDocument; readonly segment: string }) {
  const why = useQuery({
    queryKey: ['profile', person.id, 'explain', segment, person.version],
    queryFn: ({ signal }) =>
      ask<typeof explainProfile>(
        'post',
        '/api/v1/profiles/{ref}/explain',
        { params: { ref: person.id }, body: { segment } },
        signal,
      ),
  })
  if (why.isPending) return <Loading />
  if (why.isError) return <Problem fault={why.error} />
  return (
    <div className="text-sm">
      <Reason because={why.data.because} />
      {why.data.nextChangeAt ? (
        <p className="mt-3 text-muted">
          {t('person.nextChange')} <Time at={why.data.nextChangeAt} />
        </p>
      ) : null}
    </div>
  )
}
