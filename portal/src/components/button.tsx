import type { ComponentProps } from 'react'

type Look = 'plain' | 'main' | 'quiet' | 'danger'

const LOOKS: Readonly<Record<Look, string>> = {
  plain: 'border border-line bg-surface hover:bg-raised',
  main: 'bg-accent text-on-accent hover:opacity-90',
  quiet: 'hover:bg-raised',
  danger: 'border border-bad text-bad hover:bg-bad-tint',
}

export function buttonLook(look: Look = 'plain'): string {
  const shape = 'inline-flex min-h-9 items-center justify-center gap-2 rounded-lg px-3.5 py-1.5 text-sm font-medium'
  return `${shape} transition-colors disabled:opacity-50 ${LOOKS[look]}`
}

export function Button({ look, className = '', ...rest }: ComponentProps<'button'> & { readonly look?: Look }) {
  return <button type="button" className={`${buttonLook(look)} ${className}`} {...rest} />
}
