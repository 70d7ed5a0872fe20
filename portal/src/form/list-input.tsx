import { useFieldArray, useFormContext, useWatch } from 'react-hook-form'
import { Button } from '../components/button.tsx'
import { inputLook } from '../components/field.tsx'
import { t } from '../words/words.ts'
import type { Field } from './field.ts'
import { FieldInput, type InputProps, keptWords, useProblem } from './field-input.tsx'
import { toForm } from './form-values.ts'
import { RowItem } from './row-item.tsx'
import { Section } from './section.tsx'

type ListProps = InputProps<Field & { readonly kind: 'list' }>

const PLAIN = 'flex items-start gap-2'
/** On a narrow screen a row has several lines, and wants an end. */
const ROW = 'flex items-end gap-2 border-b border-line pb-3 sm:border-0 sm:pb-0'

/** As many as one likes, in an order that can be changed. */
export function ListInput({ field: { item, look, isOrdered = true }, name, label, hint }: ListProps) {
  const { fields, append, remove, move } = useFieldArray({ name })
  const problem = useProblem(name)
  const isPlain = item.kind === 'text' || item.kind === 'secret' || item.kind === 'number'
  const isRow = isPlain || look === 'rows'
  return (
    <Section label={label} hint={hint} look={name.includes('.') ? 'bare' : 'part'}>
      {fields.length > 0 ? (
        <ol className="flex flex-col gap-3">
          {fields.map(({ id }, i) => (
            <li key={id} className={isPlain ? PLAIN : isRow ? ROW : 'rounded-lg border border-line p-4'}>
              {isPlain ? (
                <PlainItem item={item} name={`${name}.${i}`} label={`${label} ${i + 1}`} />
              ) : isRow ? (
                <RowItem item={item} name={`${name}.${i}.item`} label={label} index={i} />
              ) : (
                <FieldInput field={item} name={`${name}.${i}.item`} label={`${i + 1}.`} isRequired={true} />
              )}
              <div className={isRow ? 'flex flex-none' : 'mt-3 flex flex-wrap justify-end gap-1'}>
                {isPlain || !isOrdered ? null : (
                  <>
                    <Button look="quiet" disabled={i === 0} onClick={() => move(i, i - 1)}>
                      ↑<span className="sr-only">{t('form.up', { n: i + 1 })}</span>
                    </Button>
                    <Button look="quiet" disabled={i === fields.length - 1} onClick={() => move(i, i + 1)}>
                      ↓<span className="sr-only">{t('form.down', { n: i + 1 })}</span>
                    </Button>
                  </>
                )}
                <Button look="quiet" onClick={() => remove(i)}>
                  {t('form.remove')} <span className="sr-only">{`${label} ${i + 1}`}</span>
                </Button>
              </div>
            </li>
          ))}
        </ol>
      ) : null}
      {problem ? <p className="text-sm text-bad">{problem}</p> : null}
      <div>
        <Button onClick={() => append({ item: toForm(item, undefined) })}>
          {t('form.add')} <span className="sr-only">{label}</span>
        </Button>
      </div>
    </Section>
  )
}

interface PlainProps {
  readonly item: Field
  /** Of the row. */
  readonly name: string
  readonly label: string
}

function PlainItem({ item, name, label }: PlainProps) {
  const { register } = useFormContext()
  const kept: unknown = useWatch({ name: `${name}.kept` })
  const problem = useProblem(`${name}.item`)
  const isSecret = item.kind === 'secret'
  return (
    <div className="min-w-0 flex-1">
      <input
        aria-label={label}
        aria-invalid={problem ? true : undefined}
        type={isSecret ? 'password' : 'text'}
        autoComplete={isSecret ? 'new-password' : 'off'}
        spellCheck={false}
        placeholder={isSecret && typeof kept === 'string' ? keptWords(kept) : undefined}
        className={`${inputLook} w-full`}
        {...register(`${name}.item`)}
      />
      {problem ? <p className="mt-1 text-sm text-bad">{problem}</p> : null}
    </div>
  )
}
