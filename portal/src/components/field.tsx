import { type ComponentProps, type ReactNode, useId } from 'react'

export const inputLook =
  'block min-h-9 rounded-lg border border-strong-line bg-surface px-3 py-1.5 text-sm placeholder:text-muted aria-invalid:border-bad'

interface FieldProps extends ComponentProps<'input'> {
  readonly label: string
  readonly hint?: ReactNode
  readonly problem?: string | undefined
}

/** An input with its label, a hint, and what is wrong with it, all told to screen readers. */
export function Field({ label, hint, problem, ...rest }: FieldProps) {
  const id = useId()
  const told = [hint ? `${id}-hint` : '', problem ? `${id}-problem` : ''].filter((one) => one !== '').join(' ')
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        {label}
      </label>
      <input
        id={id}
        className={`${inputLook} w-full`}
        aria-invalid={problem ? true : undefined}
        aria-describedby={told || undefined}
        {...rest}
      />
      {hint ? (
        <p id={`${id}-hint`} className="mt-1.5 text-sm text-muted">
          {hint}
        </p>
      ) : null}
      {problem ? (
        <p id={`${id}-problem`} role="alert" className="mt-1.5 text-sm text-bad">
          {problem}
        </p>
      ) : null}
    </div>
  )
}

interface SelectProps extends ComponentProps<'select'> {
  readonly label: string
  readonly options: readonly { readonly value: string; readonly label: string }[]
}

export function Select({ label, options, className = '', ...rest }: SelectProps) {
  return (
    <select aria-label={label} className={`${inputLook} ${className}`} {...rest}>
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  )
}
