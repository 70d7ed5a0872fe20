import { contentHash } from '../../platform/hashing.ts'
import { uploadKey } from '../../platform/import-files.ts'
import { jobRow, newJobId, startJob } from '../../platform/jobs.ts'
import { CONNECTORS, connectorOf } from '../../shared/connector/index.ts'
import { bulkImport } from '../../shared/contract/bulk-import.ts'
import type { ImportFormat } from '../../shared/import/import-format.ts'
import { IMPORT_TYPES, importTypeOf } from '../../shared/import/import-type.ts'
import { canonicalJson } from '../../shared/kernel/canonical-json.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import { type Call, type Input, serve } from '../http/serve.ts'
import { type ImportSender, importSender } from '../import/import-sender.ts'
import { storeUpload, TOO_LARGE } from '../import/store-upload.ts'
import { unpackedBody } from '../import/unpacked-body.ts'
import { auditIfChanged } from './audit.ts'
import { mappingOf, mappingRow } from './mapping-row.ts'

/** Everything that can be said without the file is said before it is read. */
export const bulkImportRoute = serve(bulkImport, async ({ query }, call) => {
  const { env, request, now } = call
  const sender = await importSender(call, query.source)
  if (!sender.ok) return sender
  const { workspace } = sender.value
  const type = importTypeOf(request.headers.get('Content-Type'))
  if (!type) return err(failure('unsupported_media_type', `Content-Type must be one of ${IMPORT_TYPES.join(', ')}`))
  const way = await wayOf(query, type.format, env, workspace)
  if (!way.ok) return way
  if (Number(request.headers.get('Content-Length')) > LIMITS.importBytes) return err(TOO_LARGE)
  const body = bodyOf(request, sender.value.body)
  if (!body.ok) return body
  const id = newJobId(now)
  const key = uploadKey(workspace, id)
  const stored = await storeUpload(env.LAKE, key, body.value, type.charset)
  if (!stored.ok) return stored
  const { bytes, hash: file } = stored.value
  const { source, trust } = sender.value
  const input = { key, bytes, file, source, trust, at: now, ...way.value }
  const known =
    query.again === '1' || query.again === 'true' ? null : contentHash(canonicalJson([file, source, way.value]))
  return ok(await started({ ...call, ...sender.value }, id, input, known))
})

type Query = Input<typeof bulkImport>['query']

/** How the rows are to be read. */
type Way = { readonly format: ImportFormat; readonly mapping?: JsonObject; readonly connector?: string }

async function wayOf(
  { mapping: name, connector: connected }: Query,
  format: ImportFormat,
  env: Env,
  workspace: string,
): Promise<Result<Way, Failure>> {
  if (name !== undefined && connected !== undefined) {
    return err(failure('invalid_request', 'mapping and connector exclude one another'))
  }
  if (name !== undefined) {
    const row = await mappingRow(env, workspace, name)
    if (!row) return err(unusable('mapping', `there is no mapping ${name}`))
    const mapping = mappingOf(row)
    // A row of NDJSON and an element of an array are the same to a mapping.
    return (mapping.format === 'csv') === (format === 'csv')
      ? ok({ format, mapping: mapping as JsonObject }) // it was read from JSON a line ago
      : err(unusable('mapping', `the mapping ${name} is for ${mapping.format}, and the file is ${format}`))
  }
  if (connected !== undefined) {
    const connector = connectorOf(connected, 'batch')
    const names = CONNECTORS.filter((candidate) => candidate.type === 'batch').map((candidate) => candidate.name)
    if (!connector)
      return err(unusable('connector', `there is no batch connector ${connected}, but ${names.join(', ')}`))
    const fits = connector.format === format || (connector.format === 'json' && format === 'ndjson')
    return fits
      ? ok({ format, connector: connected })
      : err(unusable('connector', `the connector ${connected} is for ${connector.format}, and the file is ${format}`))
  }
  if (format !== 'text') return ok({ format })
  return err(failure('unsupported_media_type', 'text/plain is taken with a connector only'))
}

function unusable(path: string, message: string): Failure {
  return failure('unprocessable', message, [{ path, message }])
}

function bodyOf({ body, headers }: Request, held: Uint8Array | undefined): Result<ReadableStream<Uint8Array>, Failure> {
  const stream = held ? new Response(held).body : body
  return stream
    ? unpackedBody(stream, headers.get('Content-Encoding'))
    : err(failure('invalid_request', 'the file is empty'))
}

/** One job per file and way of reading it; one that failed or was cancelled gives way to the next try. */
async function started(
  call: Call & ImportSender,
  id: string,
  input: JsonObject & { key: string },
  known: string | null,
) {
  const { env, workspace, tokenId, now } = call
  const audit = tokenId === '' ? [] : [auditIfChanged(call, 'bulkImport', { jobId: id, source: call.source })]
  for (let idempotencyKey = known; ; ) {
    const keyed = idempotencyKey === null ? {} : { idempotencyKey }
    const job = await startJob(env, { workspace, kind: 'import', input, id, ...keyed }, now, audit)
    if (job.isNew) return job
    const row = await jobRow(env, workspace, job.jobId)
    if (row?.state !== 'failed' && row?.state !== 'cancelled') {
      await env.LAKE.delete(input.key)
      return job
    }
    idempotencyKey = contentHash(`${idempotencyKey}\n${job.jobId}`)
  }
}
