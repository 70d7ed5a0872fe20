import { listConsentHistory } from '../../shared/contract/list-consent-history.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { readFrom } from './find-profile.ts'

export const listConsentHistoryRoute = serve(listConsentHistory, async ({ params, query }, call) => {
  const found = await readFrom(params.ref, call, (stub) => stub.consentHistory(query))
  return found.ok ? ok(found.value.value) : found
})
