import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Select } from '../../components/field.tsx'
import { Filters, InstantFilter, TextFilter } from '../../components/list-filters.tsx'
import { sourcesQuery } from '../../live/use-sources.ts'
import { t } from '../../words/words.ts'
import { countsQuery, filterOf, type LetterFilter } from './letter-queries.ts'

const route = getRouteApi('/inside/dead-letters')

export function LetterFilters() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const sources = useQuery(sourcesQuery)
  const [isTimed, setTimed] = useState(false)
  const { stage, reason, ...rest } = filterOf(search)
  const kinds = useQuery(countsQuery(rest)).data?.kinds ?? []
  const stages = [...new Set([...kinds.map((kind) => kind.stage), ...(stage ? [stage] : [])])].sort()
  function choose(change: LetterFilter) {
    void navigate({ search: ({ show: _, ...before }) => ({ ...before, ...change }), replace: true })
  }
  return (
    <Filters label={t('lists.filters')}>
      <TextFilter
        label={t('letters.text')}
        asked={search.text}
        ask={(text) => choose({ text })}
        className="w-full sm:w-48"
      />
      <TextFilter
        label={t('letters.event')}
        asked={search.event}
        ask={(event) => choose({ event })}
        className="w-full sm:w-44"
      />
      <Select
        label={t('letters.stage')}
        value={stage ?? ''}
        onChange={({ target }) => choose({ stage: target.value, reason: '' })}
        options={[{ value: '', label: t('letters.anyStage') }, ...stages.map((value) => ({ value, label: value }))]}
      />
      {sources.isSuccess ? (
        <Select
          label={t('live.source')}
          value={search.source ?? ''}
          onChange={({ target }) => choose({ source: target.value })}
          options={[
            { value: '', label: t('live.anySource') },
            ...sources.data.sources.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      ) : null}
      {isTimed || search.from || search.to ? (
        <>
          <InstantFilter label={t('letters.from')} asked={search.from} ask={(from) => choose({ from })} />
          <InstantFilter label={t('letters.to')} asked={search.to} ask={(to) => choose({ to })} />
        </>
      ) : (
        <Button onClick={() => setTimed(true)}>{t('letters.anyTime')}</Button>
      )}
      {reason ? (
        <Button onClick={() => choose({ reason: '' })} className="max-w-full">
          <span className="truncate">{reason}</span> <span aria-hidden="true">×</span>
        </Button>
      ) : null}
      {Object.keys(filterOf(search)).length > 0 ? (
        <Button look="quiet" onClick={() => void navigate({ search: {}, replace: true })}>
          {t('live.clearFilters')}
        </Button>
      ) : null}
    </Filters>
  )
}
