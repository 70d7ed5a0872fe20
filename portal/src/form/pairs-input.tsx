import { useFieldArray, useFormContext } from 'react-hook-form'
import { Button } from '../components/button.tsx'
import { inputLook } from '../components/field.tsx'
import { t } from '../words/words.ts'
import type { Field } from './field.ts'
import { type InputProps, useProblem } from './field-input.tsx'
import { Section } from './section.tsx'

/** Names and their texts, as a table of two columns: which field of theirs comes from where. */
export function PairsInput({ name, label, hint }: InputProps<Field & { readonly kind: 'pairs' }>) {
  const { fields, append, remove } = useFieldArray({ name })
  const problem = useProblem(name)
  return (
    <Section label={label} hint={hint} look={name.includes('.') ? 'bare' : 'part'}>
      {fields.length > 0 ? (
        <ul className="flex flex-col gap-2">
          {fields.map(({ id }, i) => (
            <li key={id} className="grid grid-cols-[1fr_auto] items-start gap-2 sm:grid-cols-[1fr_auto_1fr_auto]">
              <Cell name={`${name}.${i}.key`} label={`${label} ${i + 1}: ${t('form.key')}`} />
              <span aria-hidden="true" className="hidden pt-1.5 text-muted sm:block">
                →
              </span>
              <span className="col-start-1 sm:col-auto">
                <Cell name={`${name}.${i}.value`} label={`${label} ${i + 1}: ${t('form.value')}`} />
              </span>
              <Button
                look="quiet"
                className="col-start-2 row-start-1 sm:col-auto sm:row-auto"
                onClick={() => remove(i)}
              >
                {t('form.remove')} <span className="sr-only">{`${label} ${i + 1}`}</span>
              </Button>
            </li>
          ))}
        </ul>
      ) : null}
      {problem ? <p className="text-sm text-bad">{problem}</p> : null}
      <div>
        <Button onClick={() => append({ key: '', value: '' })}>
          {t('form.add')} <span className="sr-only">{label}</span>
        </Button>
      </div>
    </Section>
  )
}

function Cell({ name, label }: { readonly name: string; readonly label: string }) {
  const { register } = useFormContext()
  const problem = useProblem(name)
  return (
    <span className="block min-w-0">
      <input
        aria-label={label}
        aria-invalid={problem ? true : undefined}
        autoComplete="off"
        spellCheck={false}
        className={`${inputLook} w-full font-mono text-xs`}
        {...register(name)}
      />
      {problem ? <span className="mt-1 block text-sm text-bad">{problem}</span> : null}
    </span>
  )
}
