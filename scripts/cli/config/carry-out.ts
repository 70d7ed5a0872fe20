import { isObject, type JsonObject } from '../../../shared/kernel/json.ts'
import { callApi, type Server } from '../server.ts'
import { valueAt, withAt } from './at-path.ts'
import type { Change } from './difference.ts'
import { type Kind, kindOf } from './kinds.ts'
import type { Present } from './present.ts'
import { settingsPatch } from './settings-change.ts'
import type { Entry, State } from './state.ts'
import type { Wanted } from './wanted.ts'

/** Ids by section and name; what is made on the way is added, for what names it later. */
export type Ids = Map<string, Map<string, string>>

export function idsOf(present: Present): Ids {
  return new Map([...present.ids].map(([section, names]) => [section, new Map(names)]))
}

/** Does one change. Answers the document that the API made of it. @throws CliError with the server's words */
export async function carryOut(
  server: Server,
  change: Change,
  present: Present,
  wanted: Wanted,
  ids: Ids,
): Promise<JsonObject> {
  const { section, name } = change
  const kind = kindOf(section)
  if (!kind) return changeSettings(server, present.state, wanted.state, ids)
  const path = `${kind.path}/${encodeURIComponent(ids.get(section)?.get(name) ?? name)}`
  if (change.kind === 'delete') {
    await callApi(server, path, { method: 'DELETE' })
    return {}
  }
  const body = withIds(kind, wanted.bodies.get(section)?.get(name) as JsonObject, ids)
  const deep = (fields: JsonObject) => kind.deep?.(fields) ?? fields
  if (change.kind === 'change')
    return send(server, 'PUT', path, deep(changeBody(kind, entryIn(present.state, change), body)))
  const given = kind.givenId?.(name)
  const made =
    given === undefined
      ? await send(server, 'POST', kind.path, deep(body))
      : await send(server, 'PUT', `${kind.path}/${encodeURIComponent(given)}`, deep(body))
  const known = ids.get(section) ?? new Map<string, string>()
  ids.set(section, known.set(name, String(made[kind.id])))
  return made
}

function entryIn(state: State, { section, name }: Pick<Change, 'section' | 'name'>): Entry {
  return state[section]?.find((entry) => entry.name === name) as Entry
}

/** Everything that is wanted, and `null` for what is there and is not. */
function changeBody({ isReplaced }: Kind, { fields }: Entry, body: JsonObject): JsonObject {
  if (isReplaced) return body
  const gone = Object.keys(fields).filter(
    (field) => body[field] === undefined && field !== 'settings' && field !== 'position',
  )
  const settings = settingsChange(fields['settings'], body['settings'])
  return { ...body, ...Object.fromEntries(gone.map((field) => [field, null])), ...(settings ? { settings } : {}) }
}

/** In settings what is not named stays. */
function settingsChange(before: unknown, after: unknown): JsonObject | undefined {
  const old = isObject(before) ? before : {}
  const now = isObject(after) ? after : {}
  const gone = Object.keys(old).filter((name) => now[name] === undefined)
  const change = { ...now, ...Object.fromEntries(gone.map((name) => [name, null])) }
  return Object.keys(change).length > 0 ? change : undefined
}

function withIds(kind: Kind, body: JsonObject, ids: Ids): JsonObject {
  let sent = body
  for (const keys of kind.sources) {
    const names = valueAt(sent, keys)
    if (Array.isArray(names))
      sent = withAt(
        sent,
        keys,
        (names as string[]).map((name) => sourceId(ids, name)),
      )
  }
  for (const { keys, section } of kind.named) {
    const name = valueAt(sent, keys)
    if (typeof name === 'string') sent = withAt(sent, keys, ids.get(section)?.get(name) ?? name)
  }
  return sent
}

function sourceId(ids: Ids, name: string): string {
  return ids.get('sources')?.get(name) ?? name
}

/** A merge patch of what differs. The stages of single sources are by id there. */
async function changeSettings(server: Server, present: State, wanted: State, ids: Ids): Promise<JsonObject> {
  const [before, after] = [present['workspace']?.[0]?.fields ?? {}, wanted['workspace']?.[0]?.fields ?? {}]
  const patch = settingsPatch(before, after)
  const bySource = valueAt(patch, ['pipeline', 'sources'])
  if (!isObject(bySource)) return send(server, 'PATCH', '/api/v1/workspace', patch)
  const byId = Object.fromEntries(Object.entries(bySource).map(([name, own]) => [sourceId(ids, name), own]))
  return send(server, 'PATCH', '/api/v1/workspace', withAt(patch, ['pipeline', 'sources'], byId))
}

async function send(server: Server, method: string, path: string, body: JsonObject): Promise<JsonObject> {
  const headers = { 'content-type': 'application/json' }
  const answer = await callApi(server, path, { method, headers, body: JSON.stringify(body) })
  return (await answer.json()) as JsonObject
}
