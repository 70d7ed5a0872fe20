import { useState } from 'react'
import type { JsonValue } from '../../../../../shared/kernel/json.ts'
import { t } from '../../../words/words.ts'
import { Choice } from './controls.tsx'
import { ValueInput } from './value-input.tsx'

interface Props {
  readonly label: string
  readonly path: string
  readonly value: JsonValue | undefined
  readonly change: (value: JsonValue | undefined) => void
  readonly known: readonly JsonValue[] | undefined
}

/** Anything, nothing at all, or one value. */
export function OptionalValue({ label, path, value, change, known }: Props) {
  const [isChosen, setChosen] = useState(value !== undefined && value !== null)
  const form = value === null ? 'nothing' : value !== undefined || isChosen ? 'value' : 'any'
  function choose(next: 'any' | 'nothing' | 'value') {
    setChosen(next === 'value')
    if (next !== 'value' || value === null) change(next === 'nothing' ? null : undefined)
  }
  return (
    <>
      <Choice
        label={label}
        path={`${path}.form`}
        value={form}
        change={choose}
        options={(['any', 'nothing', 'value'] as const).map((one) => ({ value: one, label: t(`field.${one}`) }))}
      />
      {form === 'value' ? (
        <ValueInput label={t('field.value')} path={path} value={value} change={change} known={known} />
      ) : null}
    </>
  )
}
