import { FILE_LIMITS, faultOf, putRoundFile } from '../../platform/round-files.ts'
import { addRoundFile, PARQUET } from '../../shared/contract/add-round-file.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { readBytes } from '../http/read-body.ts'
import { serve } from '../http/serve.ts'
import { roundOf } from './round-of.ts'

export const addRoundFileRoute = serve(addRoundFile, async ({ params: { round }, query }, call) => {
  const { by, ...about } = query
  if (call.request.headers.get('Content-Type') !== PARQUET)
    return err(failure('unsupported_media_type', `Content-Type must be ${PARQUET}`))
  const holding = await roundOf(call, { round, by })
  if (!holding.ok) return holding
  const read = await readBytes(call.request, FILE_LIMITS.bytes)
  if (!read.ok) return read
  const bytes = new Uint8Array(read.value)
  const fault = faultOf(bytes, about)
  if (fault !== undefined) return err(failure('invalid_request', fault))
  return ok({ key: await putRoundFile(call.env, holding.value, bytes, about) })
})
