import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import type { ProfileDocument } from '../../../shared/profile/document.ts'
import { Page } from '../components/page.tsx'
import { Loading, Problem } from '../components/states.tsx'
import { Tabs } from '../components/tabs.tsx'
import { Time } from '../components/time.tsx'
import { eventCount, nameOf } from '../person.ts'
import { t } from '../words/words.ts'
import { Consents } from './profile/consents.tsx'
import { Identity } from './profile/identity.tsx'
import { MaskedNote } from './profile/masked-note.tsx'
import { ProfileActions } from './profile/profile-actions.tsx'
import { profileQuery } from './profile/profile-queries.ts'
import { SegmentsOfPerson } from './profile/segments.tsx'
import { Timeline } from './profile/timeline.tsx'
import { Traits } from './profile/traits.tsx'

const route = getRouteApi('/inside/profiles/$ref')

/** Everything known of one person. */
export function ProfilePage() {
  const { ref } = route.useParams()
  const { tab } = route.useSearch()
  const navigate = route.useNavigate()
  const profile = useQuery(profileQuery(ref))
  // Kept by this page alone: whoever comes back to the person asks again.
  const [unmasked, unmask] = useState<ProfileDocument>()
  if (profile.isPending) return <Page title={t('person.one')}>{<Loading />}</Page>
  if (!profile.data)
    return (
      <Page title={t('person.one')}>
        <Problem fault={profile.error} retry={() => void profile.refetch()} />
      </Page>
    )
  const person = unmasked && unmasked.id === profile.data.id ? unmasked : profile.data
  return (
    <Page title={nameOf(person)} lead={<Header person={person} />} actions={<ProfileActions person={person} />}>
      <MaskedNote person={person} isUnmasked={person === unmasked} unmask={unmask} />
      <Tabs
        label={t('person.views')}
        tabs={[
          { key: 'timeline', label: t('person.timeline'), content: <Timeline person={person} /> },
          { key: 'traits', label: t('person.traits'), content: <Traits person={person} /> },
          { key: 'identity', label: t('person.identity'), content: <Identity person={person} /> },
          { key: 'segments', label: t('person.segments'), content: <SegmentsOfPerson person={person} /> },
          { key: 'consents', label: t('person.consents'), content: <Consents person={person} /> },
        ]}
        chosen={tab}
        choose={(next) => void navigate({ search: next ? { tab: next } : {}, replace: true })}
      />
    </Page>
  )
}

function Header({ person }: { readonly person: ProfileDocument }) {
  return (
    <>
      <span className="block font-mono text-xs break-all">{person.id}</span>
      <span className="mt-2 flex flex-wrap gap-x-5 gap-y-1 text-sm">
        <span>
          {t('person.firstSeen')} <Time at={person.firstSeen} />
        </span>
        <span>
          {t('people.lastSeen')} <Time at={person.lastSeen} as="ago" />
        </span>
        <span className="tabular-nums">{t('person.events', { n: eventCount(person) })}</span>
      </span>
    </>
  )
}
