import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { Button } from '../components/button.tsx'
import { Select } from '../components/field.tsx'
import { Page } from '../components/page.tsx'
import { Panel } from '../components/panel.tsx'
import { Empty, Loading, Problem } from '../components/states.tsx'
import { sourcesQuery } from '../live/use-sources.ts'
import { may, sessionQuery } from '../session.ts'
import { t } from '../words/words.ts'
import { FirstEvent } from './start/first-event.tsx'
import { NewSource } from './start/new-source.tsx'
import { SampleData } from './start/sample-data.tsx'
import { Snippet } from './start/snippet.tsx'

const route = getRouteApi('/inside/start')

/** From nothing to a first person: a source, its key in the code of the chosen SDK, and a light. */
export function StartPage() {
  const { source: chosen } = route.useSearch()
  const navigate = route.useNavigate()
  const { data: session } = useSuspenseQuery(sessionQuery)
  const sources = useQuery(sourcesQuery)
  const [isNew, setNew] = useState(false)
  const sending = sources.data?.sources.filter(({ kind }) => kind !== 'webhook') ?? []
  const source = sending.find(({ id }) => id === chosen) ?? sending[0]
  const choose = (id: string) => void navigate({ search: { source: id }, replace: true })
  return (
    <Page title={t('nav.start')} lead={t('start.lead')}>
      {sources.isPending ? <Loading /> : null}
      {sources.isError ? <Problem fault={sources.error} retry={() => void sources.refetch()} /> : null}
      {sources.isSuccess ? (
        <div className="flex flex-col gap-6">
          <Panel title={t('start.source')}>
            <p className="mb-4 text-sm text-muted">{t('start.sourceHint')}</p>
            <div className="flex flex-wrap gap-2">
              {source ? (
                <Select
                  label={t('live.source')}
                  value={source.id}
                  onChange={({ target }) => choose(target.value)}
                  options={sending.map(({ id, name, kind }) => ({ value: id, label: `${name} (${kind})` }))}
                />
              ) : null}
              {may(session, 'sources:write') ? (
                <Button onClick={() => setNew(true)}>{t('start.newSource')}</Button>
              ) : null}
            </div>
          </Panel>
          {source ? (
            <>
              <Panel title={t('start.code')}>
                <Snippet writeKey={source.writeKey} />
              </Panel>
              <FirstEvent key={source.id} source={source} />
            </>
          ) : (
            <Empty title={t('start.noSource')}>{t('start.noSourceHint')}</Empty>
          )}
          {may(session, 'sources:write') && may(session, 'profiles:erase') ? <SampleData /> : null}
        </div>
      ) : null}
      {isNew ? <NewSource close={() => setNew(false)} made={choose} /> : null}
    </Page>
  )
}
