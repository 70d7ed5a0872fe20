import { useFormContext, useWatch } from 'react-hook-form'
import { inputLook } from '../components/field.tsx'
import { type Field, labelOf, type NamedField } from './field.ts'
import { Fields, type InputProps, useProblem } from './field-input.tsx'
import { FormRow } from './row.tsx'
import { Section } from './section.tsx'

/** One of several groups: which one is chosen first. */
export function VariantsInput({ field, name, label, hint }: InputProps<Field & { readonly kind: 'variants' }>) {
  const { by, byLabel, variants } = field
  const { register } = useFormContext()
  const chosen: unknown = useWatch({ name: `${name}.${by}` })
  const variant = variants.find(({ value }) => value === chosen)
  const fields = variant?.fields ?? []
  const problem = useProblem(`${name}.${by}`)
  return (
    <Section label={label} hint={hint} look="bare">
      <div className="@container">
        <div className={byLabel ? 'flex flex-col gap-4' : 'grid items-start gap-4 @md:grid-cols-2 @xl:grid-cols-3'}>
          <FormRow label={byLabel ?? labelOf(by)} hint={variant?.hint} problem={problem} isRequired>
            {(tied) => (
              <select {...tied} className={`${inputLook} w-full`} {...register(`${name}.${by}`)}>
                {variants.map(({ value, label = value }) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </select>
            )}
          </FormRow>
          <Fields fields={fields.filter(isShort)} name={name} />
        </div>
      </div>
      <Fields fields={fields.filter((one) => !isShort(one))} name={name} />
    </Section>
  )
}

/** What fits into a column. */
function isShort({ field }: NamedField): boolean {
  switch (field.kind) {
    case 'text':
      return field.look === 'line'
    case 'secret':
    case 'number':
    case 'choice':
    case 'instant':
    case 'switch':
      return true
    default:
      return false
  }
}
