import { readDocs } from '../../shared/contract/read-docs.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { docsPage } from './docs-page.ts'
import { openApiDocument } from './read-open-api.ts'

export const readDocsRoute = serve(readDocs, async () => ok(docsPage(openApiDocument())))
