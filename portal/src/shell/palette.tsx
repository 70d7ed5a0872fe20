import { keepPreviousData, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Command } from 'cmdk'
import { useState } from 'react'
import type { listProfiles } from '../../../shared/contract/list-profiles.ts'
import { ask } from '../api.ts'
import { Dialog } from '../components/dialog.tsx'
import { inputLook } from '../components/field.tsx'
import { mainIdentifiers, nameOf } from '../person.ts'
import { may, sessionQuery } from '../session.ts'
import { t } from '../words/words.ts'
import { Icon } from './icon.tsx'
import { PAGES } from './pages.ts'

const ITEM =
  'flex items-center gap-3 rounded-lg px-3 py-2 text-sm data-[selected=true]:bg-tint data-[selected=true]:text-accent'

/** Where to go, by a few letters: pages at once, people as the server finds them. Loaded when it is first called. */
export function Palette({ close }: { readonly close: () => void }) {
  const { data: session } = useSuspenseQuery(sessionQuery)
  const navigate = useNavigate()
  const [q, setQ] = useState('')
  const wanted = q.trim().toLowerCase()
  const pages = PAGES.filter(({ scope, label }) => may(session, scope) && t(label).toLowerCase().includes(wanted))
  const people = useQuery({
    queryKey: ['profiles', 'palette', wanted],
    queryFn: ({ signal }) =>
      ask<typeof listProfiles>('get', '/api/v1/profiles', { query: { q: wanted, limit: '6' } }, signal),
    enabled: wanted !== '' && may(session, 'profiles:read'),
    placeholderData: keepPreviousData,
  })
  const found = wanted === '' ? [] : (people.data?.profiles ?? [])
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
          <Command.Empty className="px-3 py-4 text-sm text-muted">{t('people.noneFound')}</Command.Empty>
          {pages.map(({ to, label, icon }) => (
            <Command.Item
              key={to}
              value={to}
              className={ITEM}
              onSelect={() => {
                close()
                void navigate({ to })
              }}
            >
              <Icon path={icon} />
              {t(label)}
            </Command.Item>
          ))}
          {found.map((person) => (
            <Command.Item
              key={person.id}
              value={person.id}
              className={ITEM}
              onSelect={() => {
                close()
                void navigate({ to: '/profiles/$ref', params: { ref: person.id } })
              }}
            >
              <span className="min-w-0 truncate">
                {nameOf(person)} <span className="text-muted">{mainIdentifiers(person)[0]?.value}</span>
              </span>
            </Command.Item>
          ))}
        </Command.List>
      </Command>
    </Dialog>
  )
}
