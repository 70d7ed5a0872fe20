import type { ReactNode } from 'react'
import type { LinkDocument, MergeDocument } from '../../../../../shared/profile/document.ts'
import { Button } from '../../../components/button.tsx'
import { Time } from '../../../components/time.tsx'
import { t } from '../../../words/words.ts'
import { EventTrace } from '../../live/event-trace.tsx'

type Cause = LinkDocument['cause']

/** How sure a rule was, and which message said it. */
export function CauseWords({ cause }: { readonly cause: Cause }) {
  const { kind, probability } = cause
  return (
    <>
      {t(`cause.${kind}`)}
      {probability === undefined ? '' : ` (${Math.round(probability * 100)} %)`}
    </>
  )
}

interface Props {
  readonly ends: readonly [string, string]
  readonly cause: Cause
  readonly merge?: MergeDocument | undefined
  readonly undo: (merge: MergeDocument) => void
  readonly close: () => void
}

/** Why two are one: who or what said so, when, and what became of that message. */
export function Evidence({ ends: [a, b], cause, merge, undo, close }: Props) {
  return (
    <section
      aria-label={t('identity.evidence')}
      className="flex flex-col gap-3 border-t border-line bg-raised px-5 py-4 text-sm"
    >
      <div className="flex items-start justify-between gap-4">
        <p role="status" className="min-w-0 break-all">
          <span className="font-medium">{a}</span> <span className="text-muted">—</span>{' '}
          <span className="font-medium">{b}</span>
        </p>
        <Button look="quiet" onClick={close} aria-label={t('app.close')}>
          <span aria-hidden="true">×</span>
        </Button>
      </div>
      <dl className="grid grid-cols-[auto_1fr] gap-x-5 gap-y-1.5">
        <Fact name={t('identity.cause')}>
          <CauseWords cause={cause} />
        </Fact>
        <Fact name={t('identity.when')}>
          <Time at={cause.at} />
        </Fact>
        {cause.messageId ? (
          <Fact name={t('identity.message')}>
            <span className="font-mono text-xs break-all">{cause.messageId}</span>
          </Fact>
        ) : null}
      </dl>
      {cause.messageId ? (
        <details>
          <summary className="text-accent">{t('live.trace')}</summary>
          <div className="mt-3">
            <EventTrace messageId={cause.messageId} />
          </div>
        </details>
      ) : null}
      {merge ? (
        <div>
          <Button onClick={() => undo(merge)}>{t('person.undo')}</Button>
        </div>
      ) : null}
    </section>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  )
}
