import { readExpectation } from '../../shared/contract/read-expectation.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { expectationDocument, keptExpectation, NO_EXPECTATION } from './expectation-document.ts'

export const readExpectationRoute = serve(readExpectation, async ({ params }, call) => {
  const kept = await keptExpectation(call, params.expectationId)
  return kept ? ok(expectationDocument(kept.expectation, kept.row)) : err(NO_EXPECTATION)
})
