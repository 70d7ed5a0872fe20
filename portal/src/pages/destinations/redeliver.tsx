import { useState } from 'react'
import type { startRedelivery } from '../../../../shared/contract/start-redelivery.ts'
import { ask } from '../../api.ts'
import { Panel } from '../../components/panel.tsx'
import { DocumentForm } from '../../form/document-form.tsx'
import { group } from '../../form/field.ts'
import { isObject } from '../../form/read-schema.ts'
import { eventsField } from '../../lists/delivery-rules.ts'
import { JobProgress } from '../../lists/job-progress.tsx'
import { queries } from '../../queries.ts'
import { t } from '../../words/words.ts'

const DAY = 86_400_000

/** What happened in a time, to one receiver again. */
export function Redeliver({ id }: { readonly id: string }) {
  const [job, setJob] = useState<string>()
  const form = group(
    { name: 'from', label: t('destinations.from'), isRequired: true, field: { kind: 'instant' } },
    { name: 'to', label: t('destinations.to'), isRequired: true, field: { kind: 'instant' } },
    {
      name: 'filter',
      label: t('rules.filter'),
      isRequired: false,
      field: group(eventsField()),
    },
  )
  const [span] = useState(() => {
    const now = Date.now()
    return { from: new Date(now - DAY).toISOString(), to: new Date(now).toISOString() }
  })
  async function start({ from, to, filter }: Readonly<Record<string, unknown>>) {
    const { jobId } = await ask<typeof startRedelivery>('post', '/api/v1/redeliveries', {
      body: {
        destination: id,
        from: String(from),
        to: String(to),
        ...(isObject(filter) ? { filter: filter as { events: string[] } } : {}),
      },
    })
    setJob(jobId)
  }
  return (
    <Panel title={t('destinations.redeliver')}>
      <p className="mb-5 text-sm text-muted">{t('destinations.redeliverHint')}</p>
      <DocumentForm form={form} value={span} submitLabel={t('destinations.redeliverNow')} submit={start} />
      {job ? (
        <div className="mt-6">
          <JobProgress
            key={job}
            id={job}
            ended={() => void queries.invalidateQueries({ queryKey: ['deliveries', id] })}
          />
        </div>
      ) : null}
    </Panel>
  )
}
