import { Link, type LinkProps } from '@tanstack/react-router'

/** Above a heading: the list that this one is in. */
export function BackLink({ to, label }: { readonly to: NonNullable<LinkProps['to']>; readonly label: string }) {
  return (
    <Link to={to} className="text-sm text-muted underline-offset-4 hover:text-ink hover:underline">
      <span aria-hidden="true">←</span> {label}
    </Link>
  )
}
