import { getRouteApi } from '@tanstack/react-router'
import type { ProfileDocument } from '../../../../../shared/profile/document.ts'
import { Button } from '../../../components/button.tsx'
import { inputLook, Select } from '../../../components/field.tsx'
import { t } from '../../../words/words.ts'
import { KINDS, type Kind, kindOf, type TimelineSearch } from './timeline-view.ts'

const route = getRouteApi('/inside/profiles/$ref')

/** Which entries of a timeline are looked at; it stands in the address. */
export function TimelineFilters({ person }: { readonly person: ProfileDocument }) {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  function choose(name: keyof TimelineSearch, value: string) {
    void navigate({
      search: ({ [name]: _, ...rest }) => ({ ...rest, ...(value ? { [name]: value } : {}) }),
      replace: true,
      resetScroll: false,
    })
  }
  // Pages and screens are counted together under these two, which are no names.
  const names = Object.keys(person.eventCounts).filter((one) => !one.startsWith('$'))
  const kinds = Object.keys(KINDS) as Kind[]
  return (
    <search aria-label={t('live.filters')} className="mb-5 flex flex-wrap items-center gap-2">
      <Select
        label={t('person.kind')}
        value={kindOf(search) ?? ''}
        onChange={({ target }) => choose('kind', target.value)}
        options={[
          { value: '', label: t('person.allKinds') },
          ...kinds.map((value) => ({ value, label: t(`person.kind.${value}`) })),
        ]}
      />
      <Select
        label={t('person.eventName')}
        value={search.event ?? ''}
        onChange={({ target }) => choose('event', target.value)}
        options={[
          { value: '', label: t('person.allEvents') },
          ...names.sort().map((value) => ({ value, label: value })),
        ]}
      />
      <Day name="from" label={t('person.from')} value={search.from} choose={choose} />
      <Day name="to" label={t('person.to')} value={search.to} choose={choose} />
      {search.kind || search.event || search.from || search.to ? (
        <Button look="quiet" onClick={() => void navigate({ search: {}, replace: true, resetScroll: false })}>
          {t('live.clearFilters')}
        </Button>
      ) : null}
    </search>
  )
}

interface DayProps {
  readonly name: 'from' | 'to'
  readonly label: string
  readonly value: string | undefined
  readonly choose: (name: 'from' | 'to', value: string) => void
}

function Day({ name, label, value = '', choose }: DayProps) {
  return (
    <label className="flex items-center gap-2 text-sm text-muted">
      {label}
      <input
        type="date"
        value={value}
        onChange={({ target }) => choose(name, target.value)}
        className={`${inputLook} text-ink`}
      />
    </label>
  )
}
