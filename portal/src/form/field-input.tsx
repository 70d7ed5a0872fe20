import { useFormContext, useFormState } from 'react-hook-form'
import { inputLook } from '../components/field.tsx'
import { t } from '../words/words.ts'
import type { Field, NamedField } from './field.ts'
import { ListInput } from './list-input.tsx'
import { PairsInput } from './pairs-input.tsx'
import { FormRow, Hint } from './row.tsx'
import { Section } from './section.tsx'
import { VariantsInput } from './variants-input.tsx'

export interface InputProps<F extends Field = Field> {
  readonly field: F
  /** Of the input in the form, with dots. */
  readonly name: string
  readonly label: string
  readonly hint?: string | undefined
  readonly isRequired: boolean
}

/** What is wrong with an input, by its name. */
export function useProblem(name: string): string | undefined {
  const { errors } = useFormState({ name })
  const found = name
    .split('.')
    .reduce((inner: unknown, key) => (inner as Record<string, unknown> | undefined)?.[key], errors)
  const message = (found as { message?: unknown; root?: { message?: unknown } } | undefined) ?? {}
  const text = message.message ?? message.root?.message
  return typeof text === 'string' ? text : undefined
}

/** The input of any field, and what is inside of it. */
export function FieldInput(props: InputProps) {
  const { field, name, label, hint } = props
  switch (field.kind) {
    case 'group':
      return (
        <Section label={label} hint={hint} look={name.includes('.') ? 'inner' : 'part'}>
          <Fields fields={field.fields} name={name} />
        </Section>
      )
    case 'list':
      return <ListInput {...props} field={field} />
    case 'pairs':
      return <PairsInput {...props} field={field} />
    case 'variants':
      return <VariantsInput {...props} field={field} />
    case 'choices':
      return <Choices {...props} field={field} />
    case 'switch':
      return <Switch {...props} />
    default:
      return <Leaf {...props} />
  }
}

export function Fields({ fields, name }: { readonly fields: readonly NamedField[]; readonly name: string }) {
  return fields.map(({ name: key, label, hint, isRequired, field }) => (
    <FieldInput
      key={key}
      field={field}
      name={name === '' ? key : `${name}.${key}`}
      label={label}
      hint={hint}
      isRequired={isRequired}
    />
  ))
}

function Leaf({ field, name, label, hint, isRequired }: InputProps) {
  const { register } = useFormContext()
  const problem = useProblem(name)
  const input = register(name)
  return (
    <FormRow label={label} hint={hint} problem={problem} isRequired={isRequired}>
      {(tied) => {
        const all = { ...tied, ...input, className: `${inputLook} w-full` }
        switch (field.kind) {
          case 'secret':
            return (
              <input
                {...all}
                type="password"
                autoComplete="new-password"
                spellCheck={false}
                placeholder={field.kept ? keptWords(field.kept.last4) : undefined}
              />
            )
          case 'instant':
            return <input {...all} type="datetime-local" />
          case 'number':
            return <input {...all} inputMode="decimal" autoComplete="off" />
          case 'choice':
            return (
              <select {...all}>
                {isRequired || field.default !== undefined ? null : <option value="">{t('form.notSaid')}</option>}
                {field.options.map((option) => (
                  <option key={option.value} value={option.value}>
                    {option.label}
                  </option>
                ))}
              </select>
            )
          case 'json':
            return <Area {...all} rows={5} isCode />
          case 'text':
            if (field.look !== 'line')
              return <Area {...all} rows={field.look === 'code' ? 12 : 4} isCode={field.look === 'code'} />
            return <input {...all} type="text" autoComplete="off" spellCheck={false} />
          default:
            return null
        }
      }}
    </FormRow>
  )
}

export function keptWords(last4: string): string {
  return last4 === '' ? t('form.kept') : t('form.keptEnding', { last4 })
}

function Area({ isCode, className, ...rest }: React.ComponentProps<'textarea'> & { readonly isCode: boolean }) {
  const look = `min-h-24 max-h-[36rem] [field-sizing:content] ${isCode ? 'font-mono text-xs leading-5' : ''}`
  return <textarea {...rest} spellCheck={!isCode} className={`${className} ${look}`} />
}

function Switch({ name, label, hint }: InputProps) {
  const { register } = useFormContext()
  const problem = useProblem(name)
  return (
    <div>
      <label className="flex items-start gap-2.5 text-sm font-medium">
        <input type="checkbox" {...register(name)} className="mt-0.5 size-4 accent-accent" />
        <span>
          {label}
          {hint ? (
            <span className="block font-normal text-muted">
              <Hint text={hint} />
            </span>
          ) : null}
        </span>
      </label>
      {problem ? <p className="mt-1.5 text-sm text-bad">{problem}</p> : null}
    </div>
  )
}

function Choices({ field, name, label, hint }: InputProps<Field & { readonly kind: 'choices' }>) {
  const { register } = useFormContext()
  const problem = useProblem(name)
  return (
    <Section label={label} hint={hint} look="bare">
      <div className="flex max-h-56 flex-wrap gap-x-5 gap-y-2 overflow-y-auto">
        {field.options.map(({ value, label: option }) => (
          <label key={value} className="flex items-center gap-2 text-sm">
            <input type="checkbox" value={value} {...register(name)} className="size-4 accent-accent" />
            {option}
          </label>
        ))}
      </div>
      {problem ? <p className="mt-1.5 text-sm text-bad">{problem}</p> : null}
    </Section>
  )
}
