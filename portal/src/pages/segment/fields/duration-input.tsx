import { useState } from 'react'
import type { JsonValue } from '../../../../../shared/kernel/json.ts'
import { inputLook } from '../../../components/field.tsx'
import { durationParts, durationText, UNITS, type Unit } from '../../../segment/parts.ts'
import { t } from '../../../words/words.ts'
import { useFault } from '../builder-context.ts'

interface Props {
  readonly label: string
  readonly path: string
  readonly value: JsonValue | undefined
  /** `7d`; without an amount only the unit, which is none yet. */
  readonly change: (text: string) => void
}

/** A number and a unit. */
export function DurationInput({ label, path, value, change }: Props) {
  const fault = useFault(path)
  const { amount, unit } = durationParts(value)
  const [chosen, setChosen] = useState<Unit>(unit)
  const shown = value === undefined ? chosen : unit
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 text-xs text-muted">{label}</legend>
      <span className="flex">
        <input
          aria-label={`${label}: ${t('field.amount')}`}
          inputMode="decimal"
          className={`${inputLook} w-16 rounded-r-none border-r-0 tabular-nums`}
          value={amount}
          aria-invalid={fault ? true : undefined}
          onChange={({ target }) => change(durationText({ amount: target.value.replace(/[^\d.]/g, ''), unit: shown }))}
        />
        <select
          aria-label={`${label}: ${t('field.unit')}`}
          className={`${inputLook} rounded-l-none`}
          value={shown}
          onChange={({ target }) => {
            const next = target.value as Unit
            setChosen(next)
            change(durationText({ amount, unit: next }))
          }}
        >
          {UNITS.map((one) => (
            <option key={one} value={one}>
              {t(`unit.${one}`)}
            </option>
          ))}
        </select>
      </span>
    </fieldset>
  )
}
