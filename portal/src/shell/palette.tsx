import { keepPreviousData, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Command } from 'cmdk'
import { type ReactNode, useState } from 'react'
import type { listProfiles } from '../../../shared/contract/list-profiles.ts'
import { ask } from '../api.ts'
import { Dialog } from '../components/dialog.tsx'
import { inputLook } from '../components/field.tsx'
import { fits } from '../components/list-filters.tsx'
import { segmentNamesQuery } from '../pages/segments/segment-queries.ts'
import { mainIdentifiers, nameOf } from '../person.ts'
import { may, sessionQuery } from '../session.ts'
import { t } from '../words/words.ts'
import { Icon } from './icon.tsx'
import { PAGES } from './pages.ts'
import { paletteActions } from './palette-actions.ts'

const ITEM =
  'flex items-center gap-3 rounded-lg px-3 py-2 text-sm data-[selected=true]:bg-tint data-[selected=true]:text-accent'
const MOST_SEGMENTS = 6

interface Props {
  readonly close: () => void
  readonly showShortcuts: () => void
}

/** Where to go and what to do, by a few letters: pages, segments and actions at once, people as the server finds them. */
export function Palette({ close, showShortcuts }: Props) {
  const { data: session } = useSuspenseQuery(sessionQuery)
  const navigate = useNavigate()
  const [q, setQ] = useState('')
  const wanted = q.trim().toLowerCase()
  const pages = PAGES.filter(({ scope, label }) => may(session, scope) && fits(wanted, t(label)))
  const actions = paletteActions({ session, navigate, showShortcuts }).filter(({ label }) => fits(wanted, label))
  const segments = useQuery({ ...segmentNamesQuery, enabled: wanted !== '' && may(session, 'segments:read') })
  const people = useQuery({
    queryKey: ['profiles', 'palette', wanted],
    queryFn: ({ signal }) =>
      ask<typeof listProfiles>('get', '/api/v1/profiles', { query: { q: wanted, limit: '6' } }, signal),
    enabled: wanted !== '' && may(session, 'profiles:read'),
    placeholderData: keepPreviousData,
  })
  const foundSegments =
    wanted === ''
      ? []
      : (segments.data ?? []).filter(({ name, key }) => fits(wanted, name, key)).slice(0, MOST_SEGMENTS)
  const foundPeople = wanted === '' ? [] : (people.data?.profiles ?? [])
  const item = (value: string, run: () => void, content: ReactNode) => (
    <Command.Item
      key={value}
      value={value}
      className={ITEM}
      onSelect={() => {
        close()
        run()
      }}
    >
      {content}
    </Command.Item>
  )
  return (
    <Dialog title={t('app.palette')} close={close}>
      <Command label={t('app.palette')} shouldFilter={false} loop>
        <Command.Input
          autoFocus
          value={q}
          onValueChange={setQ}
          placeholder={t('app.paletteHint')}
          className={`${inputLook} w-full`}
        />
        <Command.List className="mt-3 max-h-80 overflow-y-auto">
          <Command.Empty className="px-3 py-4 text-sm text-muted">{t('palette.none')}</Command.Empty>
          <Section label={t('palette.pages')} isEmpty={pages.length === 0}>
            {pages.map(({ to, label, icon }) =>
              item(
                to,
                () => void navigate({ to }),
                <>
                  <Icon path={icon} />
                  {t(label)}
                </>,
              ),
            )}
          </Section>
          <Section label={t('nav.segments')} isEmpty={foundSegments.length === 0}>
            {foundSegments.map(({ key, name }) =>
              item(
                `segment:${key}`,
                () => void navigate({ to: '/segments/$key', params: { key } }),
                <span className="min-w-0 truncate">
                  {name} <span className="text-muted">{key}</span>
                </span>,
              ),
            )}
          </Section>
          <Section label={t('nav.profiles')} isEmpty={foundPeople.length === 0}>
            {foundPeople.map((person) =>
              item(
                person.id,
                () => void navigate({ to: '/profiles/$ref', params: { ref: person.id } }),
                <span className="min-w-0 truncate">
                  {nameOf(person)} <span className="text-muted">{mainIdentifiers(person)[0]?.value}</span>
                </span>,
              ),
            )}
          </Section>
          <Section label={t('palette.actions')} isEmpty={actions.length === 0}>
            {actions.map(({ id, label, run }) => item(`action:${id}`, run, label))}
          </Section>
        </Command.List>
      </Command>
    </Dialog>
  )
}

interface SectionProps {
  readonly label: string
  readonly isEmpty: boolean
  readonly children: ReactNode
}

function Section({ label, isEmpty, children }: SectionProps) {
  if (isEmpty) return null
  return (
    <Command.Group
      heading={label}
      className="mb-1 [&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-muted"
    >
      {children}
    </Command.Group>
  )
}
