import { useId, useState } from 'react'
import type { JsonValue } from '../../../../../shared/kernel/json.ts'
import { inputLook } from '../../../components/field.tsx'
import { typedValue, VALUE_KINDS, type ValueKind, valueKind, valueText } from '../../../segment/parts.ts'
import { t } from '../../../words/words.ts'
import { useFault } from '../builder-context.ts'
import { Labelled } from './controls.tsx'

interface Props {
  readonly label: string
  readonly path: string
  readonly value: JsonValue | undefined
  readonly change: (value: JsonValue | undefined) => void
  /** Values that were seen there. */
  readonly known?: readonly JsonValue[] | undefined
}

/** A value with its kind: a number and the same digits as text are two things. */
export function ValueInput({ label, path, value, change, known = [] }: Props) {
  const [chosen, setChosen] = useState<ValueKind>()
  const kind = value === undefined ? (chosen ?? kindOf(known)) : valueKind(value)
  const [typed, setTyped] = useState('')
  const text = same(typedValue(typed, kind), value) ? typed : valueText(value)
  const fault = useFault(path)
  const id = useId()
  function type(next: string) {
    setTyped(next)
    change(typedValue(next, kind))
  }
  function choose(next: ValueKind) {
    setChosen(next)
    change(typedValue(valueText(value), next))
  }
  const given = {
    id,
    value: text,
    'aria-invalid': fault ? true : undefined,
    className: `${inputLook} w-36 max-w-full min-w-0 rounded-r-none border-r-0`,
  }
  return (
    <Labelled label={label} id={id}>
      <span className="flex">
        {kind === 'boolean' ? (
          <select {...given} onChange={({ target }) => type(target.value)}>
            <option value="">–</option>
            <option value="true">{t('value.true')}</option>
            <option value="false">{t('value.false')}</option>
          </select>
        ) : (
          <input
            {...given}
            list={`${id}-known`}
            autoComplete="off"
            spellCheck={false}
            placeholder={kind === 'json' ? '["a", 1]' : undefined}
            onChange={({ target }) => type(target.value)}
          />
        )}
        <datalist id={`${id}-known`}>
          {known
            .filter((one) => valueKind(one) === kind)
            .map((one) => (
              <option key={valueText(one)} value={valueText(one)} />
            ))}
        </datalist>
        <KindChoice label={label} kind={kind} choose={choose} />
      </span>
    </Labelled>
  )
}

interface KindProps {
  readonly label: string
  readonly kind: ValueKind
  readonly choose: (kind: ValueKind) => void
}

export function KindChoice({ label, kind, choose }: KindProps) {
  return (
    <select
      aria-label={`${label}: ${t('value.kind')}`}
      className={`${inputLook} rounded-l-none text-muted`}
      value={kind}
      onChange={({ target }) => choose(target.value as ValueKind)}
    >
      {VALUE_KINDS.map((one) => (
        <option key={one} value={one}>
          {t(`value.${one}`)}
        </option>
      ))}
    </select>
  )
}

/** What most of the known ones are. */
export function kindOf(known: readonly JsonValue[]): ValueKind {
  const counts = VALUE_KINDS.map((kind) => ({ kind, n: known.filter((one) => valueKind(one) === kind).length }))
  const [most] = counts.toSorted((a, b) => b.n - a.n)
  return most && most.n > 0 && most.kind !== 'json' ? most.kind : 'text'
}

export function same(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
