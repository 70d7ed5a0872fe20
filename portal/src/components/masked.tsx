import { isMasked } from '../masked.ts'
import { t } from '../words/words.ts'

/** A value; one that is masked looks so, and is told so. */
export function Value({ text }: { readonly text: string }) {
  if (!isMasked(text)) return <>{text}</>
  return (
    <span title={t('masked.hint')} className="rounded bg-raised px-1.5 py-0.5 text-muted">
      <span aria-hidden="true">{text}</span>
      <span className="sr-only">{t('masked.value')}</span>
    </span>
  )
}
