import { type ReactNode, useId } from 'react'
import { t } from '../words/words.ts'

export interface RowProps {
  readonly label: string
  readonly hint?: string | undefined
  readonly problem?: string | undefined
  readonly isRequired?: boolean
  /** The input, with what ties it to its label, its hint and what is wrong. */
  readonly children: (tied: Tied) => ReactNode
}

export interface Tied {
  readonly id: string
  readonly 'aria-invalid': true | undefined
  readonly 'aria-describedby': string | undefined
}

/** A label, an input, what it is for, and what is wrong with it. */
export function FormRow({ label, hint, problem, isRequired = false, children }: RowProps) {
  const id = useId()
  const told = [hint ? `${id}-hint` : '', problem ? `${id}-problem` : ''].filter((one) => one !== '').join(' ')
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 flex items-baseline gap-2 text-sm font-medium">
        {label} {isRequired ? null : <span className="text-xs font-normal text-muted">{t('form.optional')}</span>}
      </label>
      {children({ id, 'aria-invalid': problem ? true : undefined, 'aria-describedby': told || undefined })}
      {hint ? (
        <p id={`${id}-hint`} className="mt-1.5 text-sm break-words text-muted">
          <Hint text={hint} />
        </p>
      ) : null}
      {problem ? (
        <p id={`${id}-problem`} className="mt-1.5 text-sm break-words text-bad">
          {problem}
        </p>
      ) : null}
    </div>
  )
}

/** Descriptions of the API put code between backticks. */
export function Hint({ text }: { readonly text: string }) {
  const parts = text.split(/`([^`]+)`/)
  return (
    <>
      {parts.map((part, i) =>
        i % 2 === 1 ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text stay in their order
          <code key={i} className="rounded bg-raised px-1 py-0.5 font-mono text-[0.8125em]">
            {part}
          </code>
        ) : (
          part
        ),
      )}
    </>
  )
}
