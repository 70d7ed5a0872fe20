import { changeDefinitions, updateDefinition } from '../../platform/change-definitions.ts'
import { definitionRow } from '../../platform/definition-row.ts'
import { updateSegment } from '../../shared/contract/update-segment.ts'
import { canonicalJson } from '../../shared/kernel/canonical-json.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { checkCondition, unprocessable } from './check-condition.ts'
import { NO_SEGMENT, segmentDocument } from './segment-document.ts'

export const updateSegmentRoute = serve(updateSegment, async ({ params: { key }, body }, call) => {
  if (body.key !== undefined && body.key !== key) {
    return unprocessable([{ path: 'key', message: 'must be the key of the path: a key cannot be changed' }])
  }
  const changed = await changeDefinitions(call, async (definitions) => {
    const row = definitions.segments.get(key)
    if (!row) return err(NO_SEGMENT)
    const { name = row.name, description = row.description } = body
    const before = JSON.parse(row.definition)
    const condition = body.condition ?? before
    const isNew = canonicalJson(condition) !== canonicalJson(before)
    if (!isNew && name === row.name && description === row.description) return ok(undefined)
    const checked = isNew ? checkCondition(condition, definitions, key) : ok(undefined)
    if (!checked.ok) return checked
    // Whoever writes a condition over the mark of a list makes an ordinary segment of it.
    const kind = row.kind === 'file' && !isNew ? 'file' : 'condition'
    const definition = isNew ? JSON.stringify(condition) : row.definition
    const statements = updateDefinition(call, 'segment', { key, name, description, definition, kind }, isNew)
    return ok({ statements, act: 'updateSegment', detail: { key, ...body }, build: isNew ? [key] : [] })
  })
  if (!changed.ok) return changed
  const row = await definitionRow(call.env, call.workspace, 'segment', key)
  return row ? ok(await segmentDocument(call, row)) : err(NO_SEGMENT)
})
