import { useFormContext, useWatch } from 'react-hook-form'
import { inputLook } from '../components/field.tsx'
import { type Field, labelOf } from './field.ts'
import { Fields, type InputProps, useProblem } from './field-input.tsx'
import { FormRow } from './row.tsx'
import { Section } from './section.tsx'

/** One of several groups: which one is chosen first. */
export function VariantsInput({ field, name, label, hint }: InputProps<Field & { readonly kind: 'variants' }>) {
  const { by, variants } = field
  const { register } = useFormContext()
  const chosen: unknown = useWatch({ name: `${name}.${by}` })
  const variant = variants.find(({ value }) => value === chosen)
  const problem = useProblem(`${name}.${by}`)
  return (
    <Section label={label} hint={hint} look="bare">
      <div className="grid items-start gap-4 sm:grid-cols-2 lg:grid-cols-3">
        <FormRow label={labelOf(by)} hint={variant?.hint} problem={problem} isRequired>
          {(tied) => (
            <select {...tied} className={`${inputLook} w-full`} {...register(`${name}.${by}`)}>
              {variants.map(({ value }) => (
                <option key={value} value={value}>
                  {value}
                </option>
              ))}
            </select>
          )}
        </FormRow>
        <Fields fields={variant?.fields ?? []} name={name} />
      </div>
    </Section>
  )
}
