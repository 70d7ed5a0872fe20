import { useSuspenseQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ApiError } from '../../api.ts'
import { Field } from '../../components/field.tsx'
import { may, sessionQuery } from '../../session.ts'
import { t } from '../../words/words.ts'
import type { useDraft } from './use-draft.ts'

interface Props {
  readonly draft: ReturnType<typeof useDraft>
  /** What the server had against it. */
  readonly failure?: unknown
  readonly children?: ReactNode
}

/** What a segment is called. */
export function Details({ draft, failure, children }: Props) {
  const { data: session } = useSuspenseQuery(sessionQuery)
  const isReadOnly = !may(session, 'segments:write')
  return (
    <div className="mb-6 grid gap-4 sm:grid-cols-2">
      <Field
        label={t('segment.name')}
        value={draft.name}
        readOnly={isReadOnly}
        maxLength={200}
        problem={problemAt(failure, 'name')}
        onChange={({ target }) => draft.rename(target.value)}
      />
      {children}
      <div className={children ? 'sm:col-span-2' : ''}>
        <Field
          label={t('segment.description')}
          value={draft.description}
          readOnly={isReadOnly}
          maxLength={2_000}
          problem={problemAt(failure, 'description')}
          onChange={({ target }) => draft.describe(target.value)}
        />
      </div>
    </div>
  )
}

/** What the server said about one field. */
export function problemAt(failure: unknown, field: string): string | undefined {
  return failure instanceof ApiError ? failure.errors.find(({ path }) => path === field)?.message : undefined
}
