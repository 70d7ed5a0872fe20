import { type ReactNode, useEffect } from 'react'

interface PageProps {
  readonly title: string
  /** In the window's title when it says more than the heading. */
  readonly windowTitle?: string
  readonly lead?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** A page: its one h1, what can be done with all of it, its content. */
export function Page({ title, windowTitle = title, lead, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${windowTitle} · Tributary`
  }, [windowTitle])
  return (
    <div className="mx-auto w-full max-w-6xl px-4 pt-8 pb-20 sm:px-8">
      <header className="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 className="break-words">{title}</h1>
          {lead ? <div className="mt-1 max-w-prose text-muted">{lead}</div> : null}
        </div>
        {actions ? <div className="flex flex-wrap gap-2">{actions}</div> : null}
      </header>
      {children}
    </div>
  )
}
