import type { ReactNode } from 'react'
import { Field } from '../../components/field.tsx'
import { t } from '../../words/words.ts'
import type { useDraft } from './use-draft.ts'

interface Props {
  readonly draft: ReturnType<typeof useDraft>
  readonly isReadOnly?: boolean
  readonly problem?: string | undefined
  readonly children?: ReactNode
}

/** What a segment is called. */
export function Details({ draft, isReadOnly = false, problem, children }: Props) {
  return (
    <div className="mb-6 grid gap-4 sm:grid-cols-2">
      <Field
        label={t('segment.name')}
        value={draft.name}
        readOnly={isReadOnly}
        maxLength={200}
        problem={problem}
        onChange={({ target }) => draft.rename(target.value)}
      />
      {children}
      <div className={children ? 'sm:col-span-2' : ''}>
        <Field
          label={t('segment.description')}
          value={draft.description}
          readOnly={isReadOnly}
          maxLength={2_000}
          onChange={({ target }) => draft.describe(target.value)}
        />
      </div>
    </div>
  )
}
