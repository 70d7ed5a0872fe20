import { SOURCE_COLUMNS, type SourceRow, sourceConfigOf } from '../../platform/source-row.ts'
import type { KeyRange } from '../../shared/config/source-keys.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import type { Call } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { CHANGED_MEANWHILE, NO_SOURCE, sourceRow } from './source-row.ts'

/** The two kinds of keys and where a row keeps their range. */
const COLUMNS = { writeKey: 'write_key', secretKey: 'secret_key' } as const
export type WhichKey = keyof typeof COLUMNS

const NO_SECRET_KEY = failure('unprocessable', 'only a server source has a secret key', [
  { path: 'key', message: 'only a server source has a secret key' },
])

/** Changes which generations of a key are accepted; answers with the row as it is then. */
export async function changeKeys(
  call: Call,
  act: string,
  sourceId: string,
  which: WhichKey,
  change: (range: KeyRange) => Result<KeyRange, Failure>,
): Promise<Result<SourceRow, Failure>> {
  const { env, workspace } = call
  const row = await sourceRow(call, sourceId)
  if (!row) return err(NO_SOURCE)
  if (which === 'secretKey' && row.kind !== 'server') return err(NO_SECRET_KEY)
  const { writeKeys, secretKeys } = sourceConfigOf(row)
  const range = change(which === 'writeKey' ? writeKeys : secretKeys)
  if (!range.ok) return range
  const { from, now } = range.value
  const [updated] = await env.DB.batch<SourceRow>([
    env.DB.prepare(
      `UPDATE sources SET ${COLUMNS[which]}_from = ?, ${COLUMNS[which]}_now = ?, version = version + 1
       WHERE workspace = ? AND id = ? AND version = ? RETURNING ${SOURCE_COLUMNS}`,
    ).bind(from, now, workspace, sourceId, row.version),
    auditIfChanged(call, act, { id: sourceId, key: which, from, now }),
  ])
  const changed = updated?.results[0]
  return changed ? ok(changed) : err(CHANGED_MEANWHILE)
}
