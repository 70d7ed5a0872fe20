import { useSyncExternalStore } from 'react'
import { t } from '../words/words.ts'
import { Button } from './button.tsx'
import { dismiss, leavingIds, shownToasts, type Toast, undo, watchToasts } from './toasts.ts'

/** What was just done, in a corner of the page, with a way back while it stands there. */
export function Toasts() {
  const toasts = useSyncExternalStore(watchToasts, shownToasts)
  return (
    <section
      data-toasts
      aria-label={t('toast.region')}
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-0 z-50 flex flex-col items-center gap-2 p-4 sm:items-end sm:p-6"
    >
      {toasts.map((toast) => (
        <Line key={toast.id} toast={toast} />
      ))}
    </section>
  )
}

/** Ids of what is being deleted and could still come back: no list shows it. */
export function useLeaving(): ReadonlySet<string> {
  return useSyncExternalStore(watchToasts, leavingIds)
}

function Line({ toast }: { readonly toast: Toast }) {
  const { id, text, tone, isUndoable } = toast
  return (
    <div
      className={`pointer-events-auto flex w-full max-w-md items-center justify-between gap-4 rounded-xl border bg-surface py-2.5 pr-2.5 pl-4 text-sm shadow-xl ${tone === 'bad' ? 'border-bad text-bad' : 'border-line'}`}
    >
      <p className="min-w-0 break-words">{text}</p>
      <div className="flex flex-none gap-1">
        {isUndoable ? (
          <Button onClick={() => undo(id)}>
            {t('toast.undo')} <span className="sr-only">{text}</span>
          </Button>
        ) : null}
        <Button look="quiet" onClick={() => dismiss(id)} aria-label={t('app.close')}>
          <span aria-hidden="true">×</span>
        </Button>
      </div>
    </div>
  )
}
