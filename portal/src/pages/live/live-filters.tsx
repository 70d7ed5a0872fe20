import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type RefObject, useEffect, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { inputLook, Select } from '../../components/field.tsx'
import { OUTCOMES, TYPES } from '../../live/outcome.tsx'
import { sourcesQuery } from '../../live/use-sources.ts'
import { t } from '../../words/words.ts'
import { isFiltered, type LiveSearch } from './live-view.ts'

const route = getRouteApi('/inside/live')
const PAUSE_MS = 300

export function LiveFilters({ textField }: { readonly textField: RefObject<HTMLInputElement | null> }) {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const sources = useQuery(sourcesQuery)
  function choose(name: keyof LiveSearch, value: string) {
    void navigate({
      search: ({ [name]: _, show: __, ...rest }) => ({ ...rest, ...(value ? { [name]: value } : {}) }),
      replace: true,
    })
  }
  const any = (label: string) => ({ value: '', label })
  return (
    <search aria-label={t('live.filters')} className="mb-4 flex flex-wrap items-center gap-2">
      <TextFilter name="text" label={t('live.text')} field={textField} choose={choose} />
      <TextFilter name="event" label={t('live.event')} choose={choose} />
      <Select
        label={t('live.outcome')}
        value={search.outcome ?? ''}
        onChange={({ target }) => choose('outcome', target.value)}
        options={[any(t('live.anyOutcome')), ...OUTCOMES.map((value) => ({ value, label: t(`outcome.${value}`) }))]}
      />
      <Select
        label={t('live.type')}
        value={search.type ?? ''}
        onChange={({ target }) => choose('type', target.value)}
        options={[any(t('live.anyType')), ...TYPES.map((value) => ({ value, label: value }))]}
      />
      {sources.isSuccess ? (
        <Select
          label={t('live.source')}
          value={search.source ?? ''}
          onChange={({ target }) => choose('source', target.value)}
          options={[
            any(t('live.anySource')),
            ...sources.data.sources.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      ) : null}
      {search.profile ? (
        <Button onClick={() => choose('profile', '')}>
          {t('live.ofPerson')} <span aria-hidden="true">×</span>
        </Button>
      ) : null}
      {isFiltered(search) ? (
        <Button look="quiet" onClick={() => void navigate({ search: {}, replace: true })}>
          {t('live.clearFilters')}
        </Button>
      ) : null}
    </search>
  )
}

interface TextFilterProps {
  readonly name: 'text' | 'event'
  readonly label: string
  readonly field?: RefObject<HTMLInputElement | null>
  readonly choose: (name: 'text' | 'event', value: string) => void
}

function TextFilter({ name, label, field, choose }: TextFilterProps) {
  const { [name]: asked = '' } = route.useSearch()
  const [text, setText] = useState(asked)
  useEffect(() => setText(asked), [asked])
  useEffect(() => {
    if (text === asked) return
    const timer = setTimeout(() => choose(name, text.trim()), PAUSE_MS)
    return () => clearTimeout(timer)
  })
  return (
    <input
      ref={field}
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={({ target }) => setText(target.value)}
      onKeyDown={({ key, currentTarget }) => key === 'Escape' && currentTarget.blur()}
      className={`${inputLook} w-full sm:w-52`}
    />
  )
}
