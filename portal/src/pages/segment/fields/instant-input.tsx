import { useId } from 'react'
import { inputLook } from '../../../components/field.tsx'
import { t } from '../../../words/words.ts'
import { useFault } from '../builder-context.ts'
import { Labelled } from './controls.tsx'

interface Props {
  readonly label: string
  readonly path: string
  readonly value: string
  readonly change: (text: string) => void
}

const DAY = /^\d{4}-\d{2}-\d{2}$/
const MINUTE = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(?::\d{2}(?:\.\d{3})?)?Z?$/

/** A day, or a time of one in UTC; whatever else was written by hand stays as it is. */
export function InstantInput({ label, path, value, change }: Props) {
  const id = useId()
  const fault = useFault(path)
  const kind = value === '' || DAY.test(value) ? 'date' : MINUTE.test(value) ? 'datetime-local' : 'text'
  return (
    <span className="flex min-w-0 items-end gap-1">
      <Labelled label={kind === 'date' ? label : `${label} (UTC)`} id={id}>
        <input
          id={id}
          type={kind}
          step={kind === 'datetime-local' ? '0.001' : undefined}
          className={`${inputLook} max-w-full`}
          value={kind === 'datetime-local' ? value.replace('Z', '') : value}
          aria-invalid={fault ? true : undefined}
          onChange={({ target }) =>
            change(kind === 'datetime-local' && target.value ? `${target.value}Z` : target.value)
          }
        />
      </Labelled>
      <button
        type="button"
        className="min-h-9 rounded-lg px-2 text-xs text-muted hover:bg-raised hover:text-ink"
        onClick={() => change(kind === 'date' ? `${value || '2026-01-01'}T00:00Z` : value.slice(0, 10))}
      >
        {kind === 'date' ? t('field.withTime') : t('field.wholeDay')}
      </button>
    </span>
  )
}
