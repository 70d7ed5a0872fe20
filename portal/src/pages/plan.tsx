import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Button } from '../components/button.tsx'
import { Page } from '../components/page.tsx'
import { Panel } from '../components/panel.tsx'
import { Loading, Problem } from '../components/states.tsx'
import { Tabs } from '../components/tabs.tsx'
import { Tag } from '../components/tag.tsx'
import { toast } from '../components/toasts.ts'
import { DocumentForm } from '../form/document-form.tsx'
import { group } from '../form/field.ts'
import { BackLink } from '../lists/back-link.tsx'
import { EnabledSwitch } from '../lists/enabled-switch.tsx'
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
  const back = <BackLink to="/plans" label={t('nav.plans')} />
  if (!found.data)
    return (
      <Page title={t('plans.one')} lead={back}>
        {found.isPending ? <Loading /> : <Problem fault={found.error} retry={() => void found.refetch()} />}
      </Page>
    )
  const plan = found.data
  const isMine = may(session, 'tracking-plans:write')
  return (
    <Page
      title={plan.name}
      lead={
        <>
          {back}
          <span className="mt-2 flex flex-wrap items-center gap-2.5 text-sm">
            <Tag tone={plan.mode === 'enforce' ? 'accent' : 'plain'}>{t(`plans.mode.${plan.mode}`)}</Tag>
            <span>{t('plans.version', { n: plan.version })}</span>
            <span className="font-mono text-xs break-all">{id}</span>
          </span>
        </>
      }
      actions={isMine ? <Actions plan={plan} left={() => void navigate({ to: '/plans', search: {} })} /> : null}
    >
      <Tabs
        label={t('lists.views')}
        chosen={tab}
        choose={(next) => void navigate({ search: next ? { tab: next } : {}, replace: true })}
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
    </Page>
  )
}

function Actions({ plan, left }: { readonly plan: Plan; readonly left: () => void }) {
  return (
    <>
      <Button
        look="danger"
        onClick={() => {
          deleteLater(plan)
          left()
        }}
      >
        {t('lists.delete')}
      </Button>
      <span className="flex items-center gap-2.5 px-1 text-sm">
        <span aria-hidden="true">{t('plans.enforce')}</span>
        <EnabledSwitch
          name={t('plans.enforcing', { name: plan.name })}
          isOn={plan.mode === 'enforce'}
          save={(isOn) => changePlan(plan.id, { mode: isOn ? 'enforce' : 'observe' })}
        />
      </span>
    </>
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
