import type { ReactNode } from 'react'
import { ApiError } from '../api.ts'
import { t } from '../words/words.ts'
import { Button } from './button.tsx'

/** What a page shows instead of its content: it loads, there is nothing, it failed, or one may not. */
export function Loading({ label = t('state.loading') }: { readonly label?: string }) {
  return (
    <output className="flex items-center gap-3 py-12 text-muted">
      <span className="size-4 animate-spin rounded-full border-2 border-line border-t-accent" aria-hidden="true" />
      {label} …
    </output>
  )
}

interface EmptyProps {
  readonly title: string
  readonly children?: ReactNode
}

export function Empty({ title, children }: EmptyProps) {
  return (
    <div className="flex flex-col items-center gap-2 rounded-xl border border-dashed border-line px-6 py-16 text-center">
      <p className="text-base font-medium">{title}</p>
      <div className="max-w-prose text-muted">{children}</div>
    </div>
  )
}

interface ProblemProps {
  readonly fault: unknown
  readonly retry?: (() => void) | undefined
}

/** A fault in the words of the server. What one may not, and what is not there, are no faults. */
export function Problem({ fault, retry }: ProblemProps) {
  const error = fault instanceof ApiError ? fault : undefined
  if (error?.status === 403) return <Forbidden detail={error.message} />
  if (error?.status === 404) return <Missing />
  const detail = error?.status === 0 ? t('state.offline') : fault instanceof Error ? fault.message : String(fault)
  return (
    <div role="alert" className="flex flex-col items-start gap-3 rounded-xl bg-bad-tint px-6 py-6">
      <p className="font-medium text-bad">{t('state.failed')}</p>
      <p className="break-words">{detail}</p>
      {error?.requestId ? (
        <p className="font-mono text-xs text-muted">{t('state.requestId', { id: error.requestId })}</p>
      ) : null}
      {retry ? <Button onClick={retry}>{t('state.retry')}</Button> : null}
    </div>
  )
}

function Forbidden({ detail }: { readonly detail: string }) {
  const scope = /scope (\S+)/.exec(detail)?.[1] ?? '?'
  return <Empty title={t('state.forbidden')}>{t('state.forbiddenHint', { scope })}</Empty>
}

export function Missing() {
  return <Empty title={t('state.missing')}>{t('state.missingHint')}</Empty>
}
