import { type ReactNode, useId } from 'react'
import { Hint } from './row.tsx'

interface SectionProps {
  readonly label: string
  readonly hint?: string | undefined
  /** `part`: of the whole form; `inner`: within something else; `bare`: only what belongs together. */
  readonly look: 'part' | 'inner' | 'bare'
  readonly children: ReactNode
}

const LOOKS = {
  part: 'flex flex-col gap-5',
  inner: 'flex flex-col gap-5 border-l-2 border-line pl-4',
  bare: 'flex flex-col gap-2.5',
} as const

/** Inputs that belong together, under a heading. */
export function Section({ label, hint, look, children }: SectionProps) {
  const id = useId()
  const isPart = look === 'part'
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out like everything else
    <div role="group" aria-labelledby={id} className={`min-w-0 ${isPart ? 'border-t border-line pt-6' : ''}`}>
      <div id={id} className={isPart ? 'text-[0.9375rem] font-semibold' : 'text-sm font-medium'}>
        {label}
      </div>
      {hint ? (
        <p className="mt-0.5 text-sm break-words text-muted">
          <Hint text={hint} />
        </p>
      ) : null}
      <div className={`${LOOKS[look]} ${isPart ? 'mt-4' : 'mt-2'}`}>{children}</div>
    </div>
  )
}
