import type { Definitions } from '../../platform/change-definitions.ts'
import type { DefinitionKind } from '../../platform/definition-row.ts'
import { DESTINATION_COLUMNS, type DestinationRow, readableDestination } from '../../platform/destination-row.ts'
import { observerOf } from '../../platform/plugin-observer.ts'
import { PLUGIN_COLUMNS, type PluginRow, readablePlugin } from '../../platform/plugin-row.ts'
import type { DestinationFilter } from '../../shared/destination/destination-config.ts'
import { conditionOf } from './check-condition.ts'
import { referencesOf } from './references.ts'

/** Finds what reads a definition, as names for people (`segment vips`, `destination CRM`). */
export type FindReaders = (
  kind: DefinitionKind,
  key: string,
  definitions: Definitions,
  env: Env,
  workspace: string,
) => Promise<readonly string[]>

/** Everything that may read a segment or a computed trait; what else can (destinations, campaigns) adds itself here. */
const FINDERS: readonly FindReaders[] = [segmentsThatRead, destinationsThatRead, pluginsThatRead]

/** Who would break if the definition went away. */
export async function readersOf(
  kind: DefinitionKind,
  key: string,
  definitions: Definitions,
  env: Env,
  workspace: string,
): Promise<readonly string[]> {
  const found = await Promise.all(FINDERS.map((find) => find(kind, key, definitions, env, workspace)))
  return found.flat()
}

/** Destinations whose filter names it, in its list of segments or in its condition. */
async function destinationsThatRead(
  kind: DefinitionKind,
  key: string,
  _: Definitions,
  env: Env,
  workspace: string,
): Promise<readonly string[]> {
  const { results } = await env.DB.prepare(`SELECT ${DESTINATION_COLUMNS} FROM destinations WHERE workspace = ?`)
    .bind(workspace)
    .all<DestinationRow>()
  const reading = results.flatMap(readableDestination).filter(({ rules: { filter } }) => isReading(filter, kind, key))
  return reading.map(({ name }) => `destination ${name}`)
}

function isReading(filter: DestinationFilter, kind: DefinitionKind, key: string): boolean {
  const named = kind === 'segment' && filter.segments?.includes(key)
  const read = filter.condition ? referencesOf(filter.condition) : []
  return named || read.some((reference) => reference.kind === kind && reference.key === key)
}

/** Observers by their filter, and batch plugins by the segment whose members they are given. */
async function pluginsThatRead(
  kind: DefinitionKind,
  key: string,
  _: Definitions,
  env: Env,
  workspace: string,
): Promise<readonly string[]> {
  const { results } = await env.DB.prepare(`SELECT ${PLUGIN_COLUMNS} FROM plugins WHERE workspace = ?`)
    .bind(workspace)
    .all<PluginRow>()
  const reading = results.flatMap(readablePlugin).filter((plugin) => {
    if (kind === 'segment' && plugin.settings['segment'] === key) return true
    return observerOf(plugin).some(({ rules: { filter } }) => isReading(filter, kind, key))
  })
  return reading.map(({ name }) => `plugin ${name}`)
}

async function segmentsThatRead(
  kind: DefinitionKind,
  key: string,
  definitions: Definitions,
): Promise<readonly string[]> {
  return segmentKeysReading(kind, key, definitions).map((reader) => `segment ${reader}`)
}

/** The segments whose condition names it, itself aside. */
export function segmentKeysReading(kind: DefinitionKind, key: string, definitions: Definitions): readonly string[] {
  return [...definitions.segments.values()]
    .filter((row) => !(kind === 'segment' && row.key === key))
    .filter((row) => {
      const condition = conditionOf(row)
      return condition && referencesOf(condition).some((reference) => reference.kind === kind && reference.key === key)
    })
    .map((row) => row.key)
}
