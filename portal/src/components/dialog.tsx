import { type ReactNode, useEffect, useId, useRef } from 'react'
import { t } from '../words/words.ts'
import { Button } from './button.tsx'

interface DialogProps {
  readonly title: string
  readonly close: () => void
  readonly children: ReactNode
}

/** The browser's own dialog: it keeps the focus inside, closes with Escape, and gives the focus back. */
export function Dialog({ title, close, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useId()
  useEffect(() => {
    // It may be run twice (StrictMode); leaving the page closes it.
    if (!dialog.current?.open) dialog.current?.showModal()
    // The browser would choose the first button, which closes; whoever opens it to type may type at once.
    dialog.current?.querySelector<HTMLElement>('input:not([type=checkbox]), select')?.focus()
  }, [])
  return (
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      onClose={close}
      className="m-auto w-[min(34rem,calc(100vw-2rem))] rounded-2xl border border-line bg-surface p-6 text-ink shadow-2xl sm:p-7"
    >
      <div className="mb-4 flex items-start justify-between gap-4">
        <h2 id={heading}>{title}</h2>
        <Button look="quiet" onClick={close} className="-mt-1.5 -mr-2">
          {t('app.close')}
        </Button>
      </div>
      {children}
    </dialog>
  )
}
