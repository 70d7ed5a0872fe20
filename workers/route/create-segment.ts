import { changeDefinitions, insertDefinition } from '../../platform/change-definitions.ts'
import { definitionRow } from '../../platform/definition-row.ts'
import { createSegment } from '../../shared/contract/create-segment.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { checkCondition, MOST_SEGMENTS } from './check-condition.ts'
import { NO_SEGMENT, segmentDocument } from './segment-document.ts'

export const createSegmentRoute = serve(createSegment, async ({ body }, call) => {
  const { key, name, description, condition } = body
  const changed = await changeDefinitions(call, async (definitions) => {
    if (definitions.segments.has(key)) return err(failure('conflict', `there is a segment ${key} already`))
    if (definitions.segments.size >= MOST_SEGMENTS) {
      return err(failure('conflict', `there are ${MOST_SEGMENTS} segments, which is as many as there may be`))
    }
    const checked = checkCondition(condition, definitions, key)
    if (!checked.ok) return checked
    const statements = insertDefinition(call, 'segment', {
      key,
      name,
      description,
      definition: JSON.stringify(condition),
    })
    return ok({ statements, act: 'createSegment', detail: body, build: [key] })
  })
  if (!changed.ok) return changed
  const row = await definitionRow(call.env, call.workspace, 'segment', key)
  return row ? ok(await segmentDocument(call, row)) : err(NO_SEGMENT)
})
