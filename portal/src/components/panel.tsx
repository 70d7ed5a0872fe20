import type { ReactNode } from 'react'

/** A group of facts with a heading, and what can be done with them. */
export function Panel({
  title,
  actions,
  children,
}: {
  readonly title: string
  readonly actions?: ReactNode
  readonly children: ReactNode
}) {
  return (
    <section className="rounded-xl border border-line bg-surface">
      <div className="flex min-h-12 items-center justify-between gap-4 border-b border-line px-5 py-2">
        <h2 className="text-[0.9375rem]">{title}</h2>
        {actions}
      </div>
      <div className="px-5 py-4">{children}</div>
    </section>
  )
}
