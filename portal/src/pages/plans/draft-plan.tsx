import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { draftTrackingPlan } from '../../../../shared/contract/draft-tracking-plan.ts'
import { ask, type Given, type ReplyOf } from '../../api.ts'
import { buttonLook } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Loading } from '../../components/states.tsx'
import { DocumentForm } from '../../form/document-form.tsx'
import { type Field, group, type Option } from '../../form/field.ts'
import { JobProgress } from '../../lists/job-progress.tsx'
import { sourcesQuery } from '../../live/use-sources.ts'
import { queries } from '../../queries.ts'
import { t } from '../../words/words.ts'

const WEEK = 7 * 86_400_000

/** A plan made of what arrived, which observes until somebody has read it over. */
export function DraftPlan({ close }: { readonly close: () => void }) {
  const sources = useQuery(sourcesQuery)
  const [started, setStarted] = useState<ReplyOf<typeof draftTrackingPlan>>()
  const [isDone, setDone] = useState(false)
  async function draft(value: Readonly<Record<string, unknown>>) {
    // The form is made of this very body.
    const body = value as Given<typeof draftTrackingPlan>['body']
    setStarted(await ask<typeof draftTrackingPlan>('post', '/api/v1/tracking-plans:draft', { body }))
  }
  return (
    <Dialog title={t('plans.draft')} close={close}>
      <p className="mb-5 text-sm text-muted">{t('plans.draftHint')}</p>
      {started ? (
        <>
          <JobProgress
            id={started.jobId}
            ended={({ state }) => {
              setDone(state === 'done')
              void queries.invalidateQueries({ queryKey: ['plans'] })
            }}
          />
          {isDone ? (
            <Link to="/plans/$id" params={{ id: started.planId }} className={`${buttonLook('main')} mt-4`}>
              {t('plans.open')}
            </Link>
          ) : null}
        </>
      ) : sources.isPending ? (
        <Loading />
      ) : (
        <DocumentForm
          form={draftForm((sources.data?.sources ?? []).map(({ id, name }) => ({ value: id, label: name })))}
          value={span()}
          submitLabel={t('plans.draftNow')}
          submit={draft}
        />
      )}
    </Dialog>
  )
}

function draftForm(sources: readonly Option[]): Field & { readonly kind: 'group' } {
  return group(
    { name: 'name', label: t('lists.name'), isRequired: true, field: { kind: 'text', look: 'line' } },
    { name: 'from', label: t('destinations.from'), isRequired: true, field: { kind: 'instant' } },
    { name: 'to', label: t('destinations.to'), isRequired: true, field: { kind: 'instant' } },
    ...(sources.length > 0 ? [sourcesField(sources)] : []),
  )
}

export function sourcesField(options: readonly Option[]) {
  return {
    name: 'sources',
    label: t('nav.sources'),
    hint: t('plans.sourcesHint'),
    isRequired: false,
    field: { kind: 'choices' as const, options },
  }
}

function span() {
  const now = Date.now()
  // The minute that has begun is one that is not over.
  return {
    name: t('plans.draftName'),
    from: new Date(now - WEEK).toISOString(),
    to: new Date(now + 60_000).toISOString(),
  }
}
