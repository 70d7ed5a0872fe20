import { WorkspaceSettings } from '../../../shared/config/workspace-config.ts'
import type { WorkspaceDocument } from '../../../shared/contract/read-workspace.ts'
import { isObject, type JsonObject, type JsonValue } from '../../../shared/kernel/json.ts'
import { CliError } from '../command.ts'
import { readJson, type Server } from '../server.ts'
import { valueAt, withAt } from './at-path.ts'
import { namesOf } from './kind.ts'
import { KINDS, type Kind } from './kinds.ts'
import { type Entry, SETTINGS, type State, secretMark } from './state.ts'

/** What a workspace is configured as, by name, and the ids behind the names. */
export interface Present {
  readonly state: State
  /** By section and name: what stands in the path of the API. */
  readonly ids: ReadonlyMap<string, ReadonlyMap<string, string>>
}

/** Reads the sections that are asked for, and the sources, which others name. @throws CliError */
export async function readPresent(server: Server, sections: readonly string[]): Promise<Present> {
  const state: Record<string, readonly Entry[]> = {}
  const ids = new Map<string, ReadonlyMap<string, string>>()
  const names = new Map<string, string>()
  for (const kind of KINDS) {
    const isNamed = KINDS.some(
      ({ section, named }) => sections.includes(section) && named.some((one) => one.section === kind.section),
    )
    if (kind.section !== 'sources' && !isNamed && !sections.includes(kind.section)) continue
    const documents = (await allOf(server, kind)).filter((document) => !kind.isLeftOut?.(document))
    const called = namesOf(kind, documents)
    const known = new Map(documents.map((document, i) => [called[i] as string, String(document[kind.id])]))
    // Things nobody manages here may be called alike.
    if (known.size < documents.length && sections.includes(kind.section)) throw calledAlike(kind, documents)
    if (kind.section === 'sources' || isNamed)
      for (const document of documents) names.set(String(document['id']), String(document['name']))
    ids.set(kind.section, known)
    if (sections.includes(kind.section))
      state[kind.section] = documents.map((document, i) => ({
        ...entryOf(kind, document, names),
        name: called[i] as string,
      }))
  }
  if (sections.includes('workspace')) {
    const { settings } = await readJson<WorkspaceDocument>(server, '/api/v1/workspace')
    state['workspace'] = [{ name: SETTINGS, fields: settingsFields(settings, (id) => names.get(id) ?? id) }]
  }
  return { state, ids }
}

async function allOf(server: Server, { path, list }: Kind): Promise<readonly JsonObject[]> {
  const all: JsonObject[] = []
  let cursor: string | null = null
  do {
    const query = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page: JsonObject = await readJson(server, `${path}?limit=100${query}`)
    all.push(...((page[list] ?? []) as unknown as JsonObject[]))
    cursor = (page['cursor'] ?? null) as string | null
  } while (cursor !== null)
  return all
}

function calledAlike({ section, key }: Kind, documents: readonly JsonObject[]): CliError {
  const twice = documents.map((document) => String(document[key])).filter((name, i, all) => all.indexOf(name) !== i)
  return new CliError(`Of ${section} there are several called ${[...new Set(twice)].join(', ')}: rename them first.`)
}

/** A document of the API as the file would have it: what can be written, sources by name, marks for secrets. */
export function entryOf(kind: Kind, given: JsonObject, names: ReadonlyMap<string, string>): Entry {
  const document = kind.flat?.(given) ?? given
  const written = Object.keys(kind.body.shape).map((field) => [field, document[field]] as const)
  let fields = compact(Object.fromEntries(written.filter(([, value]) => value !== undefined)) as JsonObject)
  for (const keys of kind.secrets(fields)) {
    const hint = valueAt(fields['settings'], keys)
    const last4 = isObject(hint) ? String(hint['last4'] ?? '') : ''
    fields = withAt(fields, ['settings', ...keys], secretMark(last4))
  }
  for (const keys of kind.sources) {
    const list = valueAt(fields, keys)
    if (Array.isArray(list))
      fields = withAt(
        fields,
        keys,
        (list as string[]).map((id) => names.get(id) ?? id),
      )
  }
  for (const { keys } of kind.named) {
    const id = valueAt(fields, keys)
    if (typeof id === 'string') fields = withAt(fields, keys, names.get(id) ?? id)
  }
  return { name: String(document[kind.key]), fields: kind.normal?.(fields) ?? fields }
}

/** Without what is there and says nothing: null, and objects that are empty. */
export function compact(fields: JsonObject): JsonObject {
  const says = (value: JsonValue | undefined) =>
    value !== undefined && value !== null && !(isObject(value) && Object.keys(value).length === 0)
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => says(value))) as JsonObject
}

/** Settings with every default, sources by the names that `rename` gives them, and without what is no setting. */
export function settingsFields(settings: unknown, rename: (source: string) => string): JsonObject {
  const { tracking, pipeline, ...others } = WorkspaceSettings.parse(settings)
  // Rotations of the keys of links are acts, and not settings.
  const { rotatedAt: _, revokedBelow: __, ...links } = tracking
  const sources = Object.fromEntries(Object.entries(pipeline.sources).map(([id, own]) => [rename(id), own]))
  const known = { ...others, tracking: links, pipeline: { ...pipeline, sources } }
  return JSON.parse(JSON.stringify(known)) as JsonObject
}
