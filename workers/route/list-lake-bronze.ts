import { ownPlaces } from '../../platform/lake-own-lines.ts'
import { listLakeBronze } from '../../shared/contract/list-lake-bronze.ts'
import { HOUR } from '../../shared/kernel/instant.ts'
import { ok } from '../../shared/kernel/result.ts'
import { bronzeKey, bronzePlace, bronzePrefix } from '../../shared/lake/lake-key.ts'
import { serve } from '../http/serve.ts'

/** Objects that one call looks into. */
const PAGE = 500

export const listLakeBronzeRoute = serve(listLakeBronze, async ({ query }, { env, workspace, now }) => {
  const { stream, from = 0, to = now, cursor } = query
  const page = await env.LAKE.list({
    prefix: `bronze/${stream}/`,
    startAfter: cursor ?? bronzePrefix(stream, Math.max(0, from)),
    limit: PAGE,
  })
  const last = bronzePrefix(stream, to + HOUR)
  const wanted = page.objects.filter(({ key }) => key < last).flatMap(({ key }) => bronzePlace(key) ?? [])
  const own = await ownPlaces(env.LAKE, workspace, wanted)
  const end = page.objects.at(-1)?.key
  return ok({
    objects: own.map((place) => bronzeKey(place.stream, place.hour, place.name)),
    cursor: page.truncated && end !== undefined && end < last ? cursorOf(end) : null,
  })
})

const SHOWN = 6

/** A page may end at somebody else's object: its name is nobody's business, and the beginning of it is place enough. */
function cursorOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1 + SHOWN)
}
