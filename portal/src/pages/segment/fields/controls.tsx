import { type ReactNode, useId, useState } from 'react'
import { inputLook } from '../../../components/field.tsx'
import { typedNumber } from '../../../segment/parts.ts'
import { useFault } from '../builder-context.ts'

/** Controls of the builder: small, each with its label above, told when what they hold is refused. */
interface ControlProps {
  readonly label: string
  /** Where it stands in the condition. */
  readonly path: string
  readonly className?: string
}

interface LabelledProps {
  readonly label: string
  /** Of the control. */
  readonly id: string
  readonly children: ReactNode
}

export function Labelled({ label, id, children }: LabelledProps) {
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-xs text-muted">
        {label}
      </label>
      {children}
    </div>
  )
}

interface TextProps extends ControlProps {
  readonly value: string
  readonly change: (text: string) => void
  readonly suggestions?: readonly string[] | undefined
  readonly placeholder?: string
}

export function TextInput({
  label,
  path,
  className = 'w-44',
  value,
  change,
  suggestions = [],
  placeholder,
}: TextProps) {
  const id = useId()
  const list = `${id}-list`
  const fault = useFault(path)
  return (
    <Labelled label={label} id={id}>
      <input
        id={id}
        className={`${inputLook} ${className} max-w-full`}
        value={value}
        onChange={({ target }) => change(target.value)}
        aria-invalid={fault ? true : undefined}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        {...(suggestions.length > 0 ? { list } : {})}
      />
      {suggestions.length > 0 ? (
        <datalist id={list}>
          {suggestions.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      ) : null}
    </Labelled>
  )
}

interface NumberProps extends ControlProps {
  readonly value: unknown
  /** Undefined while what was typed is no number. */
  readonly change: (n: number | undefined) => void
}

export function NumberInput({ label, path, className = 'w-24', value, change }: NumberProps) {
  const written = typeof value === 'number' ? String(value) : ''
  const [typed, setTyped] = useState(written)
  // What was typed may be another way to write it (`1.50`), or on its way to a number.
  const isSame = typedNumber(typed) === (typeof value === 'number' ? value : undefined)
  return (
    <TextInput
      label={label}
      path={path}
      className={`${className} tabular-nums`}
      value={isSame ? typed : written}
      change={(text) => {
        setTyped(text)
        change(typedNumber(text))
      }}
    />
  )
}

interface ChoiceProps<V extends string> extends ControlProps {
  readonly value: V | ''
  readonly change: (value: V) => void
  readonly options: readonly { readonly value: V | ''; readonly label: string }[]
}

export function Choice<V extends string>({ label, path, className = '', value, change, options }: ChoiceProps<V>) {
  const id = useId()
  const fault = useFault(path)
  // A value that is none of them, from a hand-written condition, is shown as it is.
  const isKnown = options.some((option) => option.value === value)
  return (
    <Labelled label={label} id={id}>
      <select
        id={id}
        className={`${inputLook} ${className} max-w-full`}
        value={value}
        aria-invalid={fault ? true : undefined}
        onChange={({ target }) => change(target.value as V)}
      >
        {isKnown ? null : <option value={value}>{value}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Labelled>
  )
}
