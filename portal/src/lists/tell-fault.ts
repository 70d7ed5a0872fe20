import { ApiError } from '../api.ts'
import { toast } from '../components/toasts.ts'
import { t } from '../words/words.ts'

/** Of what was done by a button, and has no other place to say that it failed. */
export function tellFault(fault: unknown): void {
  const isOffline = fault instanceof ApiError && fault.status === 0
  toast(isOffline ? t('state.offline') : fault instanceof Error ? fault.message : String(fault), undefined, 'bad')
}
