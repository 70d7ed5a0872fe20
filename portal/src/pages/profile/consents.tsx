import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import type { readConsents } from '../../../../shared/contract/read-consents.ts'
import type { setConsents } from '../../../../shared/contract/set-consents.ts'
import type { ProfileDocument } from '../../../../shared/profile/document.ts'
import { ask } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import { Panel } from '../../components/panel.tsx'
import { Loading, Problem } from '../../components/states.tsx'
import { Tag } from '../../components/tag.tsx'
import { Time } from '../../components/time.tsx'
import { may, sessionQuery } from '../../session.ts'
import { t } from '../../words/words.ts'

/** Offered although nothing was ever said about them. */
const USUAL = ['email', 'sms', 'push', 'whatsapp']

/** What somebody agreed to, by channel and purpose, with who said so. */
export function Consents({ person }: { readonly person: ProfileDocument }) {
  const queries = useQueryClient()
  const { data: session } = useSuspenseQuery(sessionQuery)
  const ref = person.id
  const queryKey = ['profile', ref, 'consents']
  const consents = useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      ask<typeof readConsents>('get', '/api/v1/profiles/{ref}/consents', { params: { ref } }, signal),
  })
  const change = useMutation({
    mutationFn: ({ name, status }: { name: string; status: 'granted' | 'withdrawn' }) =>
      ask<typeof setConsents>('put', '/api/v1/profiles/{ref}/consents', {
        params: { ref },
        body: { [name]: { status, source: 'portal' } },
      }),
    onSuccess: (now) => queries.setQueryData(queryKey, now),
  })
  if (consents.isPending) return <Loading />
  if (consents.isError) return <Problem fault={consents.error} retry={() => void consents.refetch()} />
  const names = [...new Set([...Object.keys(consents.data), ...USUAL])]
  return (
    <Panel title={t('person.consents')}>
      {change.isError ? <Problem fault={change.error} /> : null}
      <ul className="text-sm">
        {names.map((name) => {
          const said = consents.data[name]
          const isGranted = said?.status === 'granted'
          return (
            <li
              key={name}
              className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line py-2.5 last:border-0"
            >
              <span className="flex items-center gap-3">
                <span className="inline-block min-w-20">{name}</span>
                <Tag tone={said ? (isGranted ? 'good' : 'bad') : 'plain'}>
                  {said ? t(`person.consent.${said.status}`) : t('person.neverSaid')}
                </Tag>
                {said ? (
                  <span className="text-muted">
                    {said.source} · <Time at={said.at} />
                  </span>
                ) : null}
              </span>
              {may(session, 'profiles:write') ? (
                <Button
                  disabled={change.isPending}
                  onClick={() => change.mutate({ name, status: isGranted ? 'withdrawn' : 'granted' })}
                >
                  {isGranted ? t('person.withdraw') : t('person.grant')}
                  <span className="sr-only">{name}</span>
                </Button>
              ) : null}
            </li>
          )
        })}
      </ul>
    </Panel>
  )
}
