import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Json } from '../../components/json.tsx'
import { fits, TextFilter } from '../../components/list-filters.tsx'
import { Empty } from '../../components/states.tsx'
import { Tag } from '../../components/tag.tsx'
import { toast } from '../../components/toasts.ts'
import { DocumentForm } from '../../form/document-form.tsx'
import { type Field, group } from '../../form/field.ts'
import { t } from '../../words/words.ts'
import { changePlan, type Plan, type PlannedEvent } from './plan-queries.ts'

interface Props {
  readonly plan: Plan
  readonly isMine: boolean
}

/** Drawn at once: a plan may have two thousand. */
const MOST_SHOWN = 100

const ON_VIOLATION = ['allow', 'omit', 'block', 'quarantine'] as const

/** What is planned, event by event, with its schema. */
export function PlanEvents({ plan, isMine }: Props) {
  const [q, setQ] = useState('')
  const [isNew, setNew] = useState(false)
  const found = plan.events.flatMap((event, at) => (fits(q, event.name) ? [{ event, at }] : []))
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center gap-2">
        <TextFilter label={t('plans.searchEvents')} asked={q} ask={setQ} />
        {isMine ? <Button onClick={() => setNew(true)}>{t('plans.addEvent')}</Button> : null}
      </div>
      {isNew ? (
        <div className="mb-4 rounded-xl border border-accent bg-surface px-5 py-4">
          <EventForm
            plan={plan}
            at={plan.events.length}
            event={{ name: '', version: 1, onViolation: 'allow', schema: NEW_SCHEMA }}
            saved={() => setNew(false)}
            cancel={() => setNew(false)}
          />
        </div>
      ) : null}
      {plan.events.length === 0 && !isNew ? <Empty title={t('plans.noEvents')}>{t('plans.noEventsHint')}</Empty> : null}
      {plan.events.length > 0 && found.length === 0 ? (
        <Empty title={t('lists.noneFits')}>{t('lists.noneFitsHint')}</Empty>
      ) : null}
      <ul aria-label={t('plans.events')} className="flex flex-col gap-3">
        {found.slice(0, MOST_SHOWN).map(({ event, at }) => (
          <li key={`${event.name} ${event.version}`}>
            <EventLine plan={plan} event={event} at={at} isMine={isMine} />
          </li>
        ))}
      </ul>
      {found.length > MOST_SHOWN ? (
        <p className="mt-4 text-sm text-muted">{t('plans.moreEvents', { n: found.length - MOST_SHOWN })}</p>
      ) : null}
    </>
  )
}

const NEW_SCHEMA = { type: 'object', properties: {}, required: [] }

interface LineProps extends Props {
  readonly event: PlannedEvent
  readonly at: number
}

function EventLine({ plan, event, at, isMine }: LineProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details
      className="rounded-xl border border-line bg-surface"
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary className="flex list-none flex-wrap items-center gap-x-4 gap-y-1 px-5 py-3.5 [&::-webkit-details-marker]:hidden">
        <span className="min-w-0 font-medium break-words">{event.name}</span>
        <span className="text-sm text-muted">v{event.version}</span>
        <span className="ml-auto">
          <Tag tone={event.onViolation === 'allow' ? 'plain' : 'accent'}>{t(`plans.action.${event.onViolation}`)}</Tag>
        </span>
      </summary>
      {isOpen ? (
        <div className="border-t border-line px-5 py-4">
          {isMine ? <EventForm key={plan.version} plan={plan} at={at} event={event} /> : <Json value={event.schema} />}
        </div>
      ) : null}
    </details>
  )
}

interface FormProps {
  readonly plan: Plan
  readonly at: number
  readonly event: PlannedEvent
  readonly saved?: () => void
  readonly cancel?: () => void
}

function EventForm({ plan, at, event, saved, cancel }: FormProps) {
  const put = (events: readonly PlannedEvent[]) => changePlan(plan.id, { events: [...events] })
  async function save(value: Readonly<Record<string, unknown>>) {
    const version = String(value['version'])
    // Whole numbers are versions as numbers, as they were.
    const next = { ...value, version: /^\d+$/.test(version) ? Number(version) : version } as PlannedEvent
    await put(at < plan.events.length ? plan.events.with(at, next) : [...plan.events, next])
    toast(t('form.saved'))
    saved?.()
  }
  async function remove() {
    const before = plan.events
    await put(before.toSpliced(at, 1))
    toast(t('lists.deleted', { name: event.name }), () => void put(before))
  }
  return (
    <DocumentForm
      form={eventForm()}
      value={{ ...event, version: String(event.version) }}
      pathOf={(path) => path.replace(new RegExp(`^events\\.${at}\\.`), '')}
      submitLabel={t('form.save')}
      submit={save}
      actions={
        cancel ? (
          <Button onClick={cancel}>{t('common.cancel')}</Button>
        ) : (
          <Button look="danger" onClick={() => void remove()}>
            {t('lists.delete')}
          </Button>
        )
      }
    />
  )
}

function eventForm(): Field & { readonly kind: 'group' } {
  return group(
    {
      name: 'name',
      label: t('plans.event'),
      hint: t('plans.eventHint'),
      isRequired: true,
      field: { kind: 'text', look: 'line' },
    },
    { name: 'version', label: t('plans.eventVersion'), isRequired: true, field: { kind: 'text', look: 'line' } },
    {
      name: 'onViolation',
      label: t('plans.onViolation'),
      isRequired: true,
      field: { kind: 'choice', options: ON_VIOLATION.map((value) => ({ value, label: t(`plans.action.${value}`) })) },
    },
    {
      name: 'schema',
      label: t('plans.schema'),
      hint: t('plans.schemaHint'),
      isRequired: true,
      field: { kind: 'json' },
    },
  )
}
