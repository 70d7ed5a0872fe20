import { useState } from 'react'
import type { JsonValue } from '../../../../../shared/kernel/json.ts'
import { typedValue, VALUE_KINDS, type ValueKind, valueKind, valueText } from '../../../segment/parts.ts'
import { t } from '../../../words/words.ts'
import { Choice, TextInput } from './controls.tsx'

interface Props {
  readonly label: string
  readonly path: string
  readonly value: JsonValue | undefined
  readonly change: (value: JsonValue | undefined) => void
  /** Values that were seen there. */
  readonly known?: readonly JsonValue[] | undefined
}

const KINDS = VALUE_KINDS.map((value) => ({ value, label: t(`value.${value}`) }))
const BOOLEANS = (['true', 'false'] as const).map((value) => ({ value, label: t(`value.${value}`) }))

/** A value with its kind: a number and the same digits as text are two things. */
export function ValueInput({ label, path, value, change, known = [] }: Props) {
  const [chosen, setChosen] = useState<ValueKind>()
  const kind = value === undefined ? (chosen ?? kindOf(known)) : valueKind(value)
  const [typed, setTyped] = useState('')
  const text = same(typedValue(typed, kind), value) ? typed : valueText(value)
  function type(next: string) {
    setTyped(next)
    change(typedValue(next, kind))
  }
  function choose(next: ValueKind) {
    setChosen(next)
    change(typedValue(valueText(value), next))
  }
  return (
    <>
      {kind === 'boolean' ? (
        <Choice label={label} path={path} value={text as 'true'} change={type} options={[NOT_CHOSEN, ...BOOLEANS]} />
      ) : (
        <TextInput
          label={label}
          path={path}
          value={text}
          change={type}
          suggestions={known.filter((one) => valueKind(one) === kind).map(valueText)}
          {...(kind === 'json' ? { placeholder: '["a", 1]' } : {})}
        />
      )}
      <Choice label={t('value.kind')} path={`${path}.kind`} value={kind} change={choose} options={KINDS} />
    </>
  )
}

const NOT_CHOSEN = { value: '', label: '–' } as const

/** What most of the known ones are. */
export function kindOf(known: readonly JsonValue[]): ValueKind {
  const counts = VALUE_KINDS.map((kind) => ({ kind, n: known.filter((one) => valueKind(one) === kind).length }))
  const [most] = counts.toSorted((a, b) => b.n - a.n)
  return most && most.n > 0 && most.kind !== 'json' ? most.kind : 'text'
}

export function same(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
