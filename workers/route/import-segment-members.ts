import { changeDefinitions, insertDefinition } from '../../platform/change-definitions.ts'
import { definitionRow } from '../../platform/definition-row.ts'
import { uploadKey } from '../../platform/import-files.ts'
import { newJobId, startJob } from '../../platform/jobs.ts'
import { importSegmentMembers, LIST_TYPES } from '../../shared/contract/import-segment-members.ts'
import { importTypeOf } from '../../shared/import/import-type.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { listCondition } from '../../shared/segment/list-mark.ts'
import { type Call, type Input, serve } from '../http/serve.ts'
import { ownSource } from '../import/import-sender.ts'
import { storeUpload, TOO_LARGE } from '../import/store-upload.ts'
import { unpackedBody } from '../import/unpacked-body.ts'
import { auditStatement } from './audit.ts'
import { MOST_SEGMENTS } from './check-condition.ts'

/** What can be said without the file is said before it is read; the segment is there before its first member. */
export const importSegmentMembersRoute = serve(importSegmentMembers, async ({ params: { key }, query }, call) => {
  const { env, workspace, tokenId, now, request } = call
  const type = importTypeOf(request.headers.get('Content-Type'))
  if (!type || type.format === 'text') {
    return err(failure('unsupported_media_type', `Content-Type must be one of ${LIST_TYPES.join(', ')}`))
  }
  const present = await definitionRow(env, workspace, 'segment', key)
  if (present && present.kind !== 'file') return err(NOT_A_LIST)
  if (Number(request.headers.get('Content-Length')) > LIMITS.importBytes) return err(TOO_LARGE)
  if (!request.body) return err(failure('invalid_request', 'the file is empty'))
  const body = unpackedBody(request.body, request.headers.get('Content-Encoding'))
  if (!body.ok) return body
  const source = await ownSource(env, workspace, now)
  if (!source.ok) return source

  const id = newJobId(now)
  const upload = uploadKey(workspace, id)
  const stored = await storeUpload(env.LAKE, upload, body.value, type.charset)
  if (!stored.ok) return stored
  const made = await makeList(key, query, call)
  if (!made.ok) {
    await env.LAKE.delete(upload)
    return made
  }
  const input = {
    key: upload,
    bytes: stored.value.bytes,
    format: type.format,
    source: source.value,
    tokenId,
    segment: key,
    create: query.create === 'true' || query.create === '1',
    replace: query.mode === 'replace',
    isNew: !present,
    at: now,
  }
  const audit = auditStatement(call, 'importSegmentMembers', { key, ...query, jobId: id })
  await startJob(env, { workspace, kind: 'import-members', input, id }, now, [audit])
  return ok({ jobId: id })
})

const NOT_A_LIST = failure('conflict', 'the segment is defined by a condition, not by a file')

/** The segment of a list, when there is none yet. Whoever has a mark of an earlier list of this name is not on it. */
function makeList(key: string, query: Input<typeof importSegmentMembers>['query'], call: Call) {
  return changeDefinitions(call, async ({ segments }) => {
    const row = segments.get(key)
    if (row) return row.kind === 'file' ? ok(undefined) : err(NOT_A_LIST)
    if (segments.size >= MOST_SEGMENTS) {
      return err(failure('conflict', `there are ${MOST_SEGMENTS} segments, which is as many as there may be`))
    }
    const definition = JSON.stringify(listCondition(key, call.now))
    const list = { key, name: query.name ?? key, description: '', definition, kind: 'file' as const }
    return ok({ statements: insertDefinition(call, 'segment', list), act: 'createSegment', detail: list, build: [] })
  })
}
