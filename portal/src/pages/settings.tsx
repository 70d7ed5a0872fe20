import { useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Scope } from '../../../shared/contract/contract.ts'
import { ApiError } from '../api.ts'
import { Page } from '../components/page.tsx'
import { Problem } from '../components/states.tsx'
import { Tabs } from '../components/tabs.tsx'
import { may, sessionQuery } from '../session.ts'
import { t } from '../words/words.ts'
import { AuditLog } from './settings/audit.tsx'
import { IdentityRules } from './settings/identity.tsx'
import { Members } from './settings/members.tsx'
import { PipelineSettings } from './settings/pipeline.tsx'
import { Privacy } from './settings/privacy.tsx'
import { SingleSignOn } from './settings/single-sign-on.tsx'
import { Tokens } from './settings/tokens.tsx'
import { Windows } from './settings/windows.tsx'

const route = getRouteApi('/inside/settings')

interface View {
  readonly key: 'members' | 'tokens' | 'signIn' | 'identity' | 'windows' | 'pipeline' | 'privacy' | 'audit'
  readonly scope: Scope
  readonly content: ReactNode
}

const VIEWS: readonly View[] = [
  { key: 'members', scope: 'members:read', content: <Members /> },
  { key: 'tokens', scope: 'tokens:read', content: <Tokens /> },
  { key: 'signIn', scope: 'members:read', content: <SingleSignOn /> },
  { key: 'identity', scope: 'workspace:read', content: <IdentityRules /> },
  { key: 'windows', scope: 'workspace:read', content: <Windows /> },
  { key: 'pipeline', scope: 'workspace:read', content: <PipelineSettings /> },
  { key: 'privacy', scope: 'workspace:read', content: <Privacy /> },
  { key: 'audit', scope: 'audit:read', content: <AuditLog /> },
]

/** Who may do what in this workspace, and how it treats what arrives; what one may not see is not offered. */
export function SettingsPage() {
  const { tab } = route.useSearch()
  const navigate = route.useNavigate()
  const { data: session } = useSuspenseQuery(sessionQuery)
  const views = VIEWS.filter(({ scope }) => may(session, scope))
  return (
    <Page title={t('nav.settings')} lead={t('settings.lead')}>
      {views.length === 0 ? <Problem fault={new ApiError(403, 'scope workspace:read')} /> : null}
      <Tabs
        label={t('nav.settings')}
        chosen={tab}
        choose={(next) => void navigate({ search: next ? { tab: next } : {}, replace: true })}
        tabs={views.map(({ key, content }) => ({ key, label: t(`settings.tab.${key}`), content }))}
      />
    </Page>
  )
}
