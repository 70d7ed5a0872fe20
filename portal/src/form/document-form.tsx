import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { type FieldValues, FormProvider, useForm } from 'react-hook-form'
import { ApiError } from '../api.ts'
import { Button } from '../components/button.tsx'
import { Problem } from '../components/states.tsx'
import { t } from '../words/words.ts'
import type { Field } from './field.ts'
import { Fields } from './field-input.tsx'
import { placeOf } from './form-path.ts'
import { type FormProblem, type FormValue, fromForm, toForm } from './form-values.ts'

const WRONG = '[aria-invalid=true]'

interface Props {
  readonly form: Field & { readonly kind: 'group' }
  /** What it begins with. */
  readonly value: unknown
  readonly submitLabel: string
  /** A refusal that names fields is shown at them; what it throws otherwise, above. */
  readonly submit: (value: Readonly<Record<string, unknown>>) => Promise<unknown>
  /** Where a place of what is sent lies in the form; there unless said. */
  readonly pathOf?: (path: string) => string
  /** Told what the form says while one types; nothing is told of what it cannot be read as. */
  readonly watched?: (value: Readonly<Record<string, unknown>>) => void
  /** Besides the button. */
  readonly actions?: ReactNode
}

/** The form of any document: inputs from its field, checks by the server, whose errors come back to their inputs. */
export function DocumentForm({ form, value, submitLabel, submit, pathOf = (path) => path, watched, actions }: Props) {
  const methods = useForm<FieldValues>({ defaultValues: toForm(form, value) as FieldValues })
  const [fault, setFault] = useState<unknown>()
  const [others, setOthers] = useState<readonly string[]>([])
  const { isSubmitting } = methods.formState
  const element = useRef<HTMLFormElement>(null)

  const tell = useRef(watched)
  tell.current = watched
  const shape = useRef(form)
  shape.current = form
  useEffect(() => {
    const { unsubscribe } = methods.watch((given) => {
      const { value: said, problems } = fromForm(shape.current, given as FormValue)
      // What is only missing yet is no obstacle to looking at the rest.
      if (problems.every(({ code }) => code === 'required')) tell.current?.(said as Readonly<Record<string, unknown>>)
    })
    return unsubscribe
  }, [methods])

  function begin(event: FormEvent) {
    // What the server said of a whole list belongs to no input, and would hold back every later attempt.
    methods.clearErrors()
    void methods.handleSubmit(send)(event)
  }

  async function send(given: FieldValues) {
    setFault(undefined)
    setOthers([])
    const { value: said, problems } = fromForm(form, given as FormValue)
    if (problems.length > 0) return showProblems(problems)
    try {
      // The form is a group, so what it says is an object.
      await submit(said as Readonly<Record<string, unknown>>)
    } catch (refusal) {
      showRefusal(refusal, given)
    }
  }
  function showProblems(problems: readonly FormProblem[]) {
    for (const { name, code } of problems) methods.setError(name, { message: t(`form.problem.${code}`) })
    focusFirst()
  }
  function showRefusal(refusal: unknown, given: FieldValues) {
    const errors = refusal instanceof ApiError && refusal.status !== 0 ? refusal.errors : []
    const elsewhere: string[] = []
    for (const { path, message } of errors) {
      const place = placeOf(form, pathOf(path), given as FormValue)
      if (!place || place.name === '') elsewhere.push(`${path}: ${message}`)
      else methods.setError(place.name, { message: place.rest === '' ? message : `${place.rest}: ${message}` })
    }
    if (errors.length === 0) setFault(refusal)
    setOthers(elsewhere)
    focusFirst()
  }
  return (
    <FormProvider {...methods}>
      <form noValidate ref={element} onSubmit={begin} className="flex max-w-3xl flex-col gap-6">
        <Fields fields={form.fields} name="" />
        {fault ? <Problem fault={fault} /> : null}
        {others.length > 0 ? (
          <ul role="alert" className="rounded-xl bg-bad-tint px-5 py-4 text-sm text-bad">
            {others.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        ) : null}
        <Told />
        <div className="flex flex-wrap items-center gap-2">
          <Button type="submit" look="main" disabled={isSubmitting}>
            {submitLabel}
          </Button>
          {actions}
        </div>
      </form>
    </FormProvider>
  )

  /** Once React has drawn which are wrong. */
  function focusFirst() {
    requestAnimationFrame(() => {
      const first = element.current?.querySelector<HTMLElement>(WRONG)
      for (let box = first?.closest('details'); box; box = box.parentElement?.closest('details')) box.open = true
      first?.focus()
    })
  }
}

/** How many inputs are wrong, for whoever does not see them. */
function Told() {
  const [count, setCount] = useState(0)
  const line = useRef<HTMLParagraphElement>(null)
  useEffect(() => setCount(line.current?.closest('form')?.querySelectorAll(WRONG).length ?? 0))
  return (
    <p ref={line} role="status" className={count > 0 ? 'text-sm text-bad' : 'sr-only'}>
      {count > 0 ? t('form.wrong', { n: count }) : ''}
    </p>
  )
}
