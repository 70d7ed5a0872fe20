import { useEffect, useId, useRef, useState } from 'react'
import type { FieldError } from '../../../../shared/kernel/failure.ts'
import type { JsonObject } from '../../../../shared/kernel/json.ts'
import { parseCondition } from '../../../../shared/segment/condition.ts'
import { CopyButton } from '../../components/copy.tsx'
import { inputLook } from '../../components/field.tsx'
import { type Branch, branchOf } from '../../segment/branch.ts'
import { t } from '../../words/words.ts'

interface Props {
  readonly condition: JsonObject
  readonly change: (change: () => Branch) => void
  /** What the server has against it. */
  readonly faults: readonly FieldError[]
  readonly isReadOnly: boolean
}

/** The condition as the API takes it. What is typed becomes the condition as soon as it is one. */
export function JsonView({ condition, change, faults, isReadOnly }: Props) {
  const id = useId()
  const written = JSON.stringify(condition, null, 2)
  const [text, setText] = useState(written)
  const typed = useRef(written)
  // It may have changed by undo, or by another version being taken up.
  useEffect(() => {
    if (written === typed.current) return
    typed.current = written
    setText(written)
  }, [written])
  const read = readCondition(text)
  const wrong = 'faults' in read ? read.faults : faults
  function type(next: string) {
    setText(next)
    const now = readCondition(next)
    if ('faults' in now) return
    const branch = branchOf(now.condition)
    typed.current = JSON.stringify(now.condition, null, 2)
    change(() => branch)
  }
  return (
    <div>
      <div className="mb-2 flex items-center justify-between gap-3">
        <label htmlFor={id} className="text-sm font-medium">
          {t('json.label')}
        </label>
        <CopyButton text={written} />
      </div>
      <textarea
        id={id}
        className={`${inputLook} min-h-96 w-full font-mono text-xs leading-5`}
        rows={Math.min(40, text.split('\n').length + 2)}
        spellCheck={false}
        readOnly={isReadOnly}
        value={text}
        aria-invalid={wrong.length > 0 ? true : undefined}
        aria-describedby={wrong.length > 0 ? `${id}-faults` : undefined}
        onChange={({ target }) => type(target.value)}
      />
      {wrong.length > 0 ? (
        <ul id={`${id}-faults`} role="alert" className="mt-3 rounded-lg bg-bad-tint px-4 py-3 text-sm">
          {wrong.map(({ path, message }) => (
            <li key={`${path} ${message}`}>
              {path === '' ? null : <code className="mr-2 text-xs">{path}</code>}
              <span className="text-bad">{message}</span>
            </li>
          ))}
        </ul>
      ) : (
        <p className="mt-2 text-sm text-muted">{t('json.hint')}</p>
      )}
    </div>
  )
}

type Read = { readonly condition: JsonObject } | { readonly faults: readonly FieldError[] }

function readCondition(text: string): Read {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (fault) {
    return { faults: [{ path: '', message: (fault as SyntaxError).message }] }
  }
  const parsed = parseCondition(json)
  return parsed.ok ? { condition: json as JsonObject } : { faults: parsed.failure }
}
