import { previewCondition } from '../../platform/audience.ts'
import { readDefinitions } from '../../platform/change-definitions.ts'
import { ConfigStore } from '../../platform/config-store.ts'
import { previewSegment } from '../../shared/contract/preview-segment.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { sentence } from '../../shared/segment/sentence.ts'
import { serve } from '../http/serve.ts'
import { checkCondition } from './check-condition.ts'
import { profileDocuments } from './profile-documents.ts'

/** Counted by the audience shards; what is shown of the people comes from their profiles. */
export const previewSegmentRoute = serve(previewSegment, async ({ body: { condition: json, sample } }, call) => {
  const { env, workspace, now } = call
  const definitions = await readDefinitions(env, workspace)
  const condition = checkCondition(json, definitions, undefined)
  if (!condition.ok) return condition
  const config = await new ConfigStore(env.DB).workspace(workspace, definitions.configVersion)
  if (typeof config === 'string') return err(failure('unavailable', 'the configuration cannot be read at the moment'))
  const { sample: ids, ...counted } = await previewCondition(env, config, condition.value, { sample }, now)
  return ok({ ...counted, sample: [...(await profileDocuments(call, ids))], sentence: sentence(condition.value) })
})
