import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Panel } from '../components/panel.tsx'
import { Loading } from '../components/states.tsx'
import { Tag } from '../components/tag.tsx'
import { toast } from '../components/toasts.ts'
import { DocumentForm } from '../form/document-form.tsx'
import { group } from '../form/field.ts'
import { ThingActions, ThingPage, ThingTabs } from '../lists/thing-page.tsx'
import { sourcesQuery } from '../live/use-sources.ts'
import { may, sessionQuery } from '../session.ts'
import { t } from '../words/words.ts'
import { CheckPlan } from './plans/check-plan.tsx'
import { sourcesField } from './plans/draft-plan.tsx'
import { PlanEvents } from './plans/plan-events.tsx'
import { changePlan, deleteLater, type Plan, type PlanBody, planQuery } from './plans/plan-queries.ts'
import { PlanVersions } from './plans/plan-versions.tsx'
import { PlanViolations } from './plans/plan-violations.tsx'

const route = getRouteApi('/inside/plans/$id')

/** One tracking plan: what came otherwise, what is planned, and a try on an event. */
export function PlanPage() {
  const { id } = route.useParams()
  const { tab } = route.useSearch()
  const navigate = route.useNavigate()
  const { data: session } = useSuspenseQuery(sessionQuery)
  const found = useQuery(planQuery(id))
  const isMine = may(session, 'tracking-plans:write')
  return (
    <ThingPage
      query={found}
      one={t('plans.one')}
      list={{ to: '/plans', label: t('nav.plans') }}
      title={({ name }) => name}
      tags={({ mode, version }) => (
        <>
          <Tag tone={mode === 'enforce' ? 'accent' : 'plain'}>{t(`plans.mode.${mode}`)}</Tag>
          <span>{t('plans.version', { n: version })}</span>
          <span className="font-mono text-xs break-all">{id}</span>
        </>
      )}
      actions={(plan) =>
        isMine ? (
          <ThingActions
            name={t('plans.enforcing', { name: plan.name })}
            label={t('plans.enforce')}
            isOn={plan.mode === 'enforce'}
            save={(isOn) => changePlan(id, { mode: isOn ? 'enforce' : 'observe' })}
            remove={() => {
              deleteLater(plan)
              void navigate({ to: '/plans', search: {} })
            }}
          />
        ) : null
      }
    >
      {(plan) => (
        <ThingTabs
          chosen={tab}
          choose={(search) => void navigate({ search, replace: true })}
          tabs={[
            { key: 'violations', label: t('plans.violations'), content: <PlanViolations plan={plan} /> },
            { key: 'events', label: t('plans.events'), content: <PlanEvents plan={plan} isMine={isMine} /> },
            { key: 'check', label: t('plans.check'), content: <CheckPlan id={id} /> },
            { key: 'versions', label: t('plans.versions'), content: <PlanVersions plan={plan} isMine={isMine} /> },
            ...(isMine
              ? [{ key: 'settings', label: t('lists.settings'), content: <Settings key={plan.version} plan={plan} /> }]
              : []),
          ]}
        />
      )}
    </ThingPage>
  )
}

function Settings({ plan }: { readonly plan: Plan }) {
  const sources = useQuery(sourcesQuery)
  if (sources.isPending) return <Loading />
  const form = group(
    { name: 'name', label: t('lists.name'), isRequired: true, field: { kind: 'text', look: 'line' } },
    {
      name: 'unplanned',
      label: t('plans.unplanned'),
      hint: t('plans.unplannedHint'),
      isRequired: true,
      field: { kind: 'choice', options: UNPLANNED.map((value) => ({ value, label: t(`plans.action.${value}`) })) },
    },
    sourcesField((sources.data?.sources ?? []).map(({ id, name }) => ({ value: id, label: name }))),
  )
  async function save(value: Readonly<Record<string, unknown>>) {
    // The form is made of this very body.
    await changePlan(plan.id, { ...value, sources: value['sources'] ?? null } as PlanBody)
    toast(t('form.saved'))
  }
  return (
    <Panel title={t('lists.settings')}>
      <DocumentForm form={form} value={plan} submitLabel={t('form.save')} submit={save} />
    </Panel>
  )
}

const UNPLANNED = ['allow', 'block', 'quarantine'] as const
