import { canonicalIdsOf, identifiersOfLine } from '../shared/lake/line-names.ts'
import type { ArchivedLine } from '../shared/message/archived-event.ts'
import { ConfigStore } from './config-store.ts'
import { keyedBy } from './erased-person.ts'

/** People of whom lines are asked: by every canonical ID data arrived under, and the keyed hashes of what they are known by. */
export interface AskedPeople {
  readonly profiles: readonly string[]
  readonly keys: readonly string[]
}

/**
 * Is a line about these people? What a stage refused never came to be anybody's, so it has no canonical ID: it is theirs by
 * an identifier it carries. A line that was somebody's is theirs alone, whatever else it carries.
 */
export async function linesOfPeople(
  env: Env,
  workspace: string,
  { profiles, keys }: AskedPeople,
): Promise<(line: ArchivedLine) => boolean> {
  const config = await new ConfigStore(env.DB).workspace(workspace)
  if (config === 'unreadable') throw new Error('the settings cannot be read')
  const country = config === 'unknown' ? undefined : config.settings.identity.defaultCountry
  const keyOf = keyedBy(env, workspace)
  const [ids, known] = [new Set(profiles), new Set(keys)]
  return (line) => {
    const whose = canonicalIdsOf(line)
    if (whose.length > 0) return whose.some((id) => ids.has(id))
    const names = [...identifiersOfLine(line), ...(country === undefined ? [] : identifiersOfLine(line, country))]
    return names.some((name) => known.has(keyOf(name)))
  }
}
