import { useState } from 'react'
import type { checkTrackingPlan } from '../../../../shared/contract/check-tracking-plan.ts'
import { ask, type Given, type ReplyOf } from '../../api.ts'
import { Json } from '../../components/json.tsx'
import { Panel } from '../../components/panel.tsx'
import { Tag, type Tone } from '../../components/tag.tsx'
import { DocumentForm } from '../../form/document-form.tsx'
import { group } from '../../form/field.ts'
import { useEventField } from '../../lists/recent-events.ts'
import { t } from '../../words/words.ts'

type Checked = ReplyOf<typeof checkTrackingPlan>

const TONES: Readonly<Record<Checked['outcome'], Tone>> = { pass: 'good', rejected: 'bad', dead_letter: 'bad' }
const SAMPLE = { type: 'track', event: 'Order Completed', userId: 'u1', properties: { total: 12.5 } }

/** What the plan would make of an event, without doing it. */
export function CheckPlan({ id }: { readonly id: string }) {
  const [checked, setChecked] = useState<Checked>()
  const messageId = useEventField(t('plans.messageHint'))
  const form = group(
    {
      name: 'event',
      label: t('plugins.event'),
      hint: t('plans.checkHint'),
      isRequired: false,
      field: { kind: 'json' },
    },
    messageId,
  )
  async function check(value: Readonly<Record<string, unknown>>) {
    setChecked(undefined)
    // The event may be any JSON here; the server says when it is none.
    const { messageId: arrived } = value
    const body = (arrived ? { messageId: arrived } : value) as Given<typeof checkTrackingPlan>['body']
    const params = { planId: id }
    setChecked(await ask<typeof checkTrackingPlan>('post', '/api/v1/tracking-plans/{planId}/check', { params, body }))
  }
  return (
    <div className="grid items-start gap-6 lg:grid-cols-2">
      <Panel title={t('plans.check')}>
        <DocumentForm form={form} value={{ event: SAMPLE }} submitLabel={t('plans.checkNow')} submit={check} />
      </Panel>
      <div aria-live="polite" className="min-w-0">
        {checked ? <Shown checked={checked} /> : null}
      </div>
    </div>
  )
}

function Shown({ checked }: { readonly checked: Checked }) {
  const { outcome, reason, action, event, version, violations, result } = checked
  return (
    <Panel title={t('plans.wouldBe')}>
      <p className="mb-4 flex flex-wrap items-center gap-2.5 text-sm">
        <Tag tone={TONES[outcome]}>{t(`plans.outcome.${outcome}`)}</Tag>
        {reason ? <span className="font-mono text-xs">{reason}</span> : null}
        {event ? (
          <span className="text-muted">
            {event} {version ? `v${version}` : ''}
          </span>
        ) : null}
        {action ? <Tag>{t(`plans.action.${action}`)}</Tag> : null}
      </p>
      {violations.length === 0 ? <p className="mb-4 text-sm">{t('plans.asPlanned')}</p> : null}
      <ul className="mb-4 text-sm">
        {violations.map(({ kind, path, message }) => (
          <li key={`${kind} ${path} ${message}`} className="border-b border-line py-2 last:border-0">
            <Tag tone="warn">{t(`plans.kind.${kind}`)}</Tag> <span className="font-mono text-xs">{path}</span> {message}
          </li>
        ))}
      </ul>
      {result ? <Json value={result} /> : null}
    </Panel>
  )
}
