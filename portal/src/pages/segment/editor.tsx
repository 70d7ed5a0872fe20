import { useSuspenseQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { parseCondition } from '../../../../shared/segment/condition.ts'
import { sentence } from '../../../../shared/segment/sentence.ts'
import { ApiError } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import { may, sessionQuery } from '../../session.ts'
import { number, t } from '../../words/words.ts'
import { Builder } from './builder.tsx'
import { JsonView } from './json-view.tsx'
import { faultsOf, Preview, usePreview } from './preview.tsx'
import type { useDraft } from './use-draft.ts'

interface Props {
  readonly draft: ReturnType<typeof useDraft>
  /** Fields above the condition. */
  readonly details: ReactNode
  readonly view: string | undefined
  readonly show: (view: 'json' | undefined) => void
  readonly save: () => void
  readonly isSaving: boolean
  readonly failure: unknown
  /** Beside the button that saves. */
  readonly actions?: ReactNode
}

/** A condition by fields or as JSON, beside it what it says, how many it means, and who for example. */
export function Editor({ draft, details, view, show, save, isSaving, failure, actions }: Props) {
  const { data: session } = useSuspenseQuery(sessionQuery)
  const isReadOnly = !may(session, 'segments:write')
  const { condition, root, change, undo, redo } = draft
  const parsed = useMemo(() => parseCondition(condition), [condition])
  const preview = usePreview(condition, parsed.ok)
  const words = useMemo(() => (parsed.ok ? sentence(parsed.value) : undefined), [parsed])
  const [tellsAll, setTellsAll] = useState(false)
  const refused = [...faultsOf(preview.isOld ? undefined : preview.error), ...faultsOf(failure)]
  const faults = parsed.ok ? refused : parsed.failure
  function trySave() {
    setTellsAll(true)
    if (parsed.ok) save()
  }
  useUndoKeys(undo, redo, isReadOnly ? undefined : trySave)
  return (
    <div className="grid grid-cols-1 gap-6 lg:grid-cols-[minmax(0,1fr)_20rem] lg:items-start">
      <div className="min-w-0">
        {details}
        <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
          <ViewChoice view={view} show={show} />
          <span className="flex">
            <Button look="quiet" className="px-2.5" disabled={!undo} onClick={undo} title={t('builder.undoHint')}>
              {t('builder.undo')}
            </Button>
            <Button look="quiet" className="px-2.5" disabled={!redo} onClick={redo}>
              {t('builder.redo')}
            </Button>
          </span>
        </div>
        {view === 'json' ? (
          <JsonView condition={condition} change={change} faults={faults} isReadOnly={isReadOnly} />
        ) : (
          <Builder
            root={root}
            change={change}
            faults={faults}
            tellsAll={tellsAll || refused.length > 0}
            isReadOnly={isReadOnly}
          />
        )}
      </div>
      <div className="min-w-0 lg:sticky lg:top-20">
        <Preview
          sentence={words}
          missing={new Set(parsed.ok ? [] : parsed.failure.map(({ path }) => path)).size}
          preview={preview}
        />
        {failure ? <Refusal fault={failure} /> : null}
        {isReadOnly ? (
          <p className="mt-4 text-sm text-muted">{t('segment.readOnly')}</p>
        ) : (
          <div className="mt-4 flex flex-wrap items-center gap-2">
            <Button look="main" className="hidden lg:inline-flex" disabled={isSaving} onClick={trySave} title="Ctrl S">
              {t('segment.save')}
            </Button>
            {actions}
          </div>
        )}
      </div>
      <NarrowBar preview={preview} words={words}>
        {isReadOnly ? null : (
          <Button look="main" disabled={isSaving} onClick={trySave}>
            {t('segment.save')}
          </Button>
        )}
      </NarrowBar>
    </div>
  )
}

interface BarProps {
  readonly preview: ReturnType<typeof usePreview>
  readonly words: string | undefined
  readonly children: ReactNode
}

/** On a narrow screen the preview lies below the fields: the main of it stays in sight. */
function NarrowBar({ preview: { data, isOld }, words, children }: BarProps) {
  return (
    <div className="sticky bottom-0 -mx-4 flex items-center justify-between gap-3 border-t border-line bg-surface px-4 py-2.5 sm:-mx-8 sm:px-8 lg:hidden">
      <p className="min-w-0 text-sm" aria-hidden="true">
        <span className={`font-semibold tabular-nums ${isOld ? 'text-muted' : ''}`}>
          {data ? `${data.exact ? '' : '≈ '}${number(data.count)} ${t('preview.people', { n: data.count })}` : '–'}
        </span>
        <span className="block truncate text-xs text-muted">{words}</span>
      </p>
      {children}
    </div>
  )
}

/** What is wrong with a field is told there too. */
function Refusal({ fault }: { readonly fault: unknown }) {
  const errors = fault instanceof ApiError ? fault.errors : []
  return (
    <div role="alert" className="mt-4 rounded-lg bg-bad-tint px-4 py-3 text-sm">
      <p className="font-medium text-bad">{t('segment.notSaved')}</p>
      {errors.length > 0 ? (
        <ul className="mt-1">
          {errors.map(({ path, message }) => (
            <li key={`${path} ${message}`} className="break-words">
              <code className="mr-1.5 text-xs">{path}</code>
              {message}
            </li>
          ))}
        </ul>
      ) : (
        <p className="mt-1 break-words">{fault instanceof Error ? fault.message : String(fault)}</p>
      )}
    </div>
  )
}

function ViewChoice({ view, show }: Pick<Props, 'view' | 'show'>) {
  const look = (isOn: boolean) =>
    `min-h-8 rounded-md px-3 text-sm ${isOn ? 'bg-surface font-medium shadow-sm' : 'text-muted hover:text-ink'}`
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
    <div role="group" aria-label={t('builder.view')} className="flex gap-0.5 rounded-lg bg-raised p-0.5">
      <button
        type="button"
        aria-pressed={view !== 'json'}
        className={look(view !== 'json')}
        onClick={() => show(undefined)}
      >
        {t('builder.fields')}
      </button>
      <button
        type="button"
        aria-pressed={view === 'json'}
        className={look(view === 'json')}
        onClick={() => show('json')}
      >
        JSON
      </button>
    </div>
  )
}

/** Ctrl Z outside of a field, where the browser undoes letters; Ctrl S saves anywhere. */
function useUndoKeys(undo: (() => void) | undefined, redo: (() => void) | undefined, save: (() => void) | undefined) {
  useEffect(() => {
    function pressed(event: KeyboardEvent) {
      if (!(event.ctrlKey || event.metaKey) || document.querySelector('dialog[open]')) return
      const isTyping = event.target instanceof HTMLElement && event.target.matches('input, textarea')
      const key = event.key.toLowerCase()
      const act =
        key === 's'
          ? save
          : key === 'z' && !isTyping
            ? event.shiftKey
              ? redo
              : undo
            : key === 'y' && !isTyping
              ? redo
              : undefined
      if (!act) return
      event.preventDefault()
      act()
    }
    document.addEventListener('keydown', pressed)
    return () => document.removeEventListener('keydown', pressed)
  })
}
