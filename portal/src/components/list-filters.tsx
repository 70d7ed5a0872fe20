import { type ReactNode, useEffect, useState } from 'react'
import { instantOf, localOf } from '../form/form-values.ts'
import { inputLook } from './field.tsx'

interface TextFilterProps {
  readonly label: string
  /** As the address says it. */
  readonly asked: string | undefined
  readonly ask: (text: string) => void
  readonly className?: string
}

/** How long somebody may pause between two letters. */
const PAUSE_MS = 250

/** A text that narrows a list while one types. */
export function TextFilter({ label, asked = '', ask, className = 'w-full sm:w-64' }: TextFilterProps) {
  const [text, setText] = useState(asked)
  // The space that somebody has just typed is not taken away.
  useEffect(() => setText((before) => (before.trim() === asked ? before : asked)), [asked])
  useEffect(() => {
    if (text.trim() === asked) return
    const timer = setTimeout(() => ask(text.trim()), PAUSE_MS)
    return () => clearTimeout(timer)
  })
  return (
    <input
      type="search"
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={({ target }) => setText(target.value)}
      onKeyDown={({ key, currentTarget }) => key === 'Escape' && currentTarget.blur()}
      className={`${inputLook} ${className}`}
    />
  )
}

/** A time that narrows a list; the address has the instant, the input that of the viewer's zone. */
export function InstantFilter({ label, asked = '', ask }: TextFilterProps) {
  return (
    <input
      type="datetime-local"
      aria-label={label}
      title={label}
      value={localOf(asked)}
      onChange={({ target }) => ask(instantOf(target.value) ?? '')}
      className={`${inputLook} w-full sm:w-auto`}
    />
  )
}

export function Filters({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <search aria-label={label} className="mb-4 flex flex-wrap items-center gap-2">
      {children}
    </search>
  )
}

/** Whether any of these texts contains what is looked for. */
export function fits(wanted: string | undefined, ...texts: readonly (string | null | undefined)[]): boolean {
  const words = (wanted ?? '').trim().toLowerCase()
  return words === '' || texts.some((text) => text?.toLowerCase().includes(words))
}
