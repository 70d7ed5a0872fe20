import { contracts } from '../../shared/contract/index.ts'
import { ABOUT, openApi } from '../../shared/contract/open-api.ts'
import { readOpenApi } from '../../shared/contract/read-open-api.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'

/** Made at the first request: it costs some milliseconds, and most isolates are never asked. */
let document: ReturnType<typeof openApi> | undefined

export function openApiDocument(): ReturnType<typeof openApi> {
  document ??= openApi(contracts, ABOUT)
  return document
}

export const readOpenApiRoute = serve(readOpenApi, async () => ok({ ...openApiDocument(), openapi: '3.1.0' }))
