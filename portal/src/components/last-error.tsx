import { t } from '../words/words.ts'
import { Time } from './time.tsx'

/** What went wrong last, wherever things are sent or asked again and again. */
export function LastError({ at, reason }: { readonly at: string; readonly reason: string }) {
  return (
    <div className="mt-4 rounded-lg bg-bad-tint px-4 py-3 text-sm">
      <p className="font-medium text-bad">
        {t('destinations.lastError')}, <Time at={at} as="ago" />
      </p>
      <p className="mt-1 break-words">{reason}</p>
    </div>
  )
}
