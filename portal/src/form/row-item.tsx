import { useFormContext } from 'react-hook-form'
import { inputLook } from '../components/field.tsx'
import type { Field, NamedField } from './field.ts'
import { useProblem } from './field-input.tsx'

interface RowItemProps {
  readonly item: Field
  readonly name: string
  /** Of the list. */
  readonly label: string
  readonly index: number
}

/** An item of a list in one line: its fields side by side, under their names; on a narrow screen below one another. */
export function RowItem({ item, name, label, index }: RowItemProps) {
  if (item.kind !== 'group') return <Cell field={item} name={name} label={`${label} ${index + 1}`} />
  return (
    <div className="grid min-w-0 flex-1 grid-cols-2 gap-2 sm:auto-cols-fr sm:grid-flow-col sm:grid-cols-none">
      {item.fields.map((one) => (
        <NamedCell key={one.name} one={one} name={`${name}.${one.name}`} index={index} />
      ))}
    </div>
  )
}

/** The names stand once, above the first line, where there is room for lines. */
function NamedCell({ one, name, index }: { readonly one: NamedField; readonly name: string; readonly index: number }) {
  return (
    <div className="flex min-w-0 flex-col justify-end">
      <span aria-hidden="true" className={`mb-1 text-xs text-muted ${index > 0 ? 'sm:hidden' : ''}`}>
        {one.label}
      </span>
      <Cell field={one.field} name={name} label={`${one.label} ${index + 1}`} />
    </div>
  )
}

interface CellProps {
  readonly field: Field
  readonly name: string
  readonly label: string
}

function Cell({ field, name, label }: CellProps) {
  const { register } = useFormContext()
  const problem = useProblem(name)
  const all = {
    ...register(name),
    'aria-label': label,
    'aria-invalid': problem ? (true as const) : undefined,
    className: `${inputLook} w-full min-w-0`,
  }
  return (
    <div className="min-w-0 flex-1">
      {field.kind === 'choice' ? (
        <select {...all}>
          {field.options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      ) : (
        <input
          {...all}
          type="text"
          inputMode={field.kind === 'number' ? 'decimal' : 'text'}
          autoComplete="off"
          spellCheck={false}
        />
      )}
      {problem ? <p className="mt-1 text-sm text-bad">{problem}</p> : null}
    </div>
  )
}
