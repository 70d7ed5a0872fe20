import { useQuery } from '@tanstack/react-query'
import { useEffect, useId, useState } from 'react'
import type { previewTransformation } from '../../../../shared/contract/preview-transformation.ts'
import { ApiError, ask, type Given, type ReplyOf } from '../../api.ts'
import { inputLook } from '../../components/field.tsx'
import { Json } from '../../components/json.tsx'
import { Panel } from '../../components/panel.tsx'
import { Loading, Problem } from '../../components/states.tsx'
import { Tag, type Tone } from '../../components/tag.tsx'
import { isObject } from '../../form/read-schema.ts'
import { t } from '../../words/words.ts'

export type PreviewBody = Given<typeof previewTransformation>['body']
type Preview = ReplyOf<typeof previewTransformation>

const TONES: Readonly<Record<Preview['outcome'], Tone>> = {
  changed: 'good',
  unchanged: 'plain',
  dropped: 'warn',
  failed: 'bad',
  not_selected: 'plain',
}
/** How long somebody may pause between two letters. */
const PAUSE_MS = 500

/** What the steps or the code make of an event, as they are typed; no event goes anywhere. */
export function LivePreview({ rules }: { readonly rules: PreviewBody }) {
  const id = useId()
  const [text, setText] = useState('')
  const event = jsonOf(text)
  const body = useSettled({ ...rules, ...(isObject(event) ? { event } : {}) })
  const preview = useQuery({
    queryKey: ['transformation-preview', body],
    queryFn: ({ signal }) =>
      ask<typeof previewTransformation>(
        'post',
        '/api/v1/transformations:preview',
        { body: JSON.parse(body) as PreviewBody },
        signal,
      ),
    placeholderData: (before) => before,
    retry: false,
  })
  return (
    <Panel title={t('transformations.preview')}>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        {t('plugins.event')}
      </label>
      <textarea
        id={id}
        value={text}
        onChange={({ target }) => setText(target.value)}
        spellCheck={false}
        aria-describedby={`${id}-hint`}
        aria-invalid={text.trim() !== '' && event === undefined ? true : undefined}
        className={`${inputLook} max-h-60 min-h-16 w-full font-mono text-xs [field-sizing:content]`}
      />
      <p id={`${id}-hint`} className="mt-1.5 mb-5 text-sm text-muted">
        {t('transformations.eventHint')}
      </p>
      <div aria-live="polite" className={preview.isPlaceholderData ? 'opacity-60' : ''}>
        {preview.isPending ? <Loading /> : null}
        {preview.isError ? <Refusal fault={preview.error} /> : null}
        {preview.data && !preview.isError ? <Shown preview={preview.data} /> : null}
      </div>
    </Panel>
  )
}

/** Steps that are not whole yet are no fault worth a red box. */
function Refusal({ fault }: { readonly fault: unknown }) {
  if (!(fault instanceof ApiError) || (fault.status !== 400 && fault.status !== 404 && fault.status !== 422))
    return <Problem fault={fault} />
  if (fault.status === 404) return <p className="text-sm text-muted">{t('transformations.noEvent')}</p>
  return (
    <ul className="text-sm text-warn">
      {fault.errors.length === 0 ? <li>{fault.message}</li> : null}
      {fault.errors.map(({ path, message }) => (
        <li key={path} className="break-words">
          <span className="font-mono text-xs">{path}</span> {message}
        </li>
      ))}
    </ul>
  )
}

function Shown({ preview: { outcome, reason, before, after, transformations } }: { readonly preview: Preview }) {
  const logs = transformations.flatMap((one) => one.logs ?? [])
  return (
    <>
      <p className="mb-4 flex flex-wrap items-center gap-2.5 text-sm">
        <Tag tone={TONES[outcome]}>{t(`transformations.outcome.${outcome}`)}</Tag>
        {reason ? <span className="break-words">{reason}</span> : null}
      </p>
      <h3 className="mb-2 text-sm font-semibold">{t('plugins.after')}</h3>
      {after === null ? <p className="text-sm text-muted">{t('plugins.noFurther')}</p> : <Json value={after} />}
      {logs.length > 0 ? (
        <>
          <h3 className="mt-5 mb-2 text-sm font-semibold">{t('plugins.logs')}</h3>
          <p className="rounded-lg bg-raised p-4 font-mono text-xs whitespace-pre-wrap">{logs.join('\n')}</p>
        </>
      ) : null}
      <details className="mt-5">
        <summary className="text-sm font-semibold">{t('plugins.before')}</summary>
        <div className="mt-2">
          <Json value={before} />
        </div>
      </details>
    </>
  )
}

/** As text, once nobody has typed for a moment. */
function useSettled(value: unknown): string {
  const text = JSON.stringify(value)
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
