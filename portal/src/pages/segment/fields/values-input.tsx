import { type ClipboardEvent, type KeyboardEvent, useId, useState } from 'react'
import type { JsonValue } from '../../../../../shared/kernel/json.ts'
import { inputLook } from '../../../components/field.tsx'
import { typedValue, type ValueKind, valueKind, valueText } from '../../../segment/parts.ts'
import { t } from '../../../words/words.ts'
import { useFault } from '../builder-context.ts'
import { Labelled } from './controls.tsx'
import { KindChoice, kindOf, same } from './value-input.tsx'

interface Props {
  readonly path: string
  readonly value: JsonValue | undefined
  readonly change: (values: JsonValue | undefined) => void
  readonly known?: readonly JsonValue[] | undefined
}

/** A list of values: Enter or a comma adds one, Backspace takes the last away, a pasted column adds many. */
export function ValuesInput({ path, value, change, known = [] }: Props) {
  const values = Array.isArray(value) ? (value as readonly JsonValue[]) : []
  const fault = useFault(path)
  const id = useId()
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState<ValueKind>()
  const kind = chosen ?? kindOf([...values, ...known])

  function add(texts: readonly string[]) {
    const added = texts.flatMap((one) => typedValue(one.trim(), kind) ?? [])
    const fresh = added.filter((one, i) => !values.some((there) => same(there, one)) && added.indexOf(one) === i)
    if (fresh.length > 0) change([...values, ...fresh])
    setText('')
  }
  function remove(at: number) {
    const rest = values.toSpliced(at, 1)
    change(rest.length > 0 ? rest : undefined)
  }
  function pressed(event: KeyboardEvent) {
    const isSeparator = event.key === 'Enter' || (event.key === ',' && kind !== 'json')
    if (isSeparator && text.trim() !== '') {
      event.preventDefault()
      add([text])
    } else if (event.key === 'Backspace' && text === '') remove(values.length - 1)
  }
  function pasted(event: ClipboardEvent) {
    const lines = event.clipboardData.getData('text').split(/[\n\r\t,;]+/)
    if (lines.length < 2 || kind === 'json') return
    event.preventDefault()
    add(lines)
  }
  return (
    <Labelled label={t('field.values')} id={id}>
      <span className="flex min-w-0">
        <span
          className={`${inputLook} flex min-w-0 flex-wrap items-center gap-1.5 rounded-r-none border-r-0 py-1 focus-within:outline-2 focus-within:outline-accent`}
        >
          {values.map((one, i) => (
            <span
              key={JSON.stringify(one)}
              className="inline-flex items-center gap-1 rounded-md bg-tint pl-2 text-accent"
            >
              <span className={valueKind(one) === 'text' ? 'break-all' : 'font-mono text-xs'}>{valueText(one)}</span>
              <button
                type="button"
                aria-label={t('field.removeValue', { value: valueText(one) })}
                className="grid size-6 place-items-center rounded-md hover:bg-raised"
                onClick={() => remove(i)}
              >
                <span aria-hidden="true">×</span>
              </button>
            </span>
          ))}
          <input
            id={id}
            value={text}
            className="min-w-24 flex-1 bg-transparent py-0.5 outline-none"
            placeholder={values.length === 0 ? t('field.valuesHint') : ''}
            aria-invalid={fault ? true : undefined}
            autoComplete="off"
            onChange={({ target }) => setText(target.value)}
            onKeyDown={pressed}
            onPaste={pasted}
            onBlur={() => text.trim() !== '' && add([text])}
          />
        </span>
        <KindChoice label={t('field.values')} kind={kind} choose={setChosen} />
      </span>
    </Labelled>
  )
}
