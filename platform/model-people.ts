import { identifierOf } from '../shared/identity/identifier.ts'
import type { JsonObject } from '../shared/kernel/json.ts'
import type { KnownRow } from '../shared/model/difference.ts'
import type { ModelDefinition } from '../shared/model/model.ts'
import { ownerIn, type RowOwner } from '../shared/model/row-item.ts'
import { erasedLately } from './erased-person.ts'
import { identifierKey } from './hashing.ts'
import type { Model } from './model-row.ts'

/** Whom rows of a model are about, as an erasure knows people: by the keyed hashes of their identifiers. */
export function ownerKeys(env: Env, workspace: string, { userId, anonymousId }: RowOwner): readonly string[] {
  const ids = [
    ['user_id', userId],
    ['anonymous_id', anonymousId],
  ] as const
  return ids.flatMap(([type, value]) => {
    const match = identifierOf(type, value)?.match
    return match === undefined ? [] : [identifierKey(env.IDENTITY_SECRET, workspace, type, match)]
  })
}

type Of = Pick<Model, 'workspace' | 'definition'>

export function rowKeys(env: Env, { workspace, definition }: Of, row: JsonObject): readonly string[] {
  const owner = ownerIn(definition, row)
  return owner.ok ? ownerKeys(env, workspace, owner.value) : []
}

export function knownRowKeys(env: Env, { workspace, definition }: Of, { of, owner, key }: KnownRow): readonly string[] {
  return of ?? ownerKeys(env, workspace, owner ?? ownerByKey(definition, key))
}

/** Of what was kept before owners were: the primary key may be the id. */
function ownerByKey({ map, primaryKey }: ModelDefinition, key: string): RowOwner {
  return {
    ...(map.userId === primaryKey ? { userId: key } : {}),
    ...(map.anonymousId === primaryKey ? { anonymousId: key } : {}),
  }
}

/** A row as it was told, without saying what it was: of people who were erased nothing else is kept. */
export function rowMark(
  env: Env,
  { workspace, id }: Pick<Model, 'workspace' | 'id'>,
  row: Pick<KnownRow, 'key' | 'hash'>,
) {
  return identifierKey(env.IDENTITY_SECRET, workspace, `$model ${id}`, `${row.key}\n${row.hash}`)
}

/** The identifiers, as hashes, of people who were erased since a run began: it read of them before, and says nothing more. */
export async function erasedSince(env: Env, workspace: string, at: number, now: number): Promise<ReadonlySet<string>> {
  const people = await erasedLately(env, workspace, now)
  return new Set(people.filter(({ until }) => until >= at).flatMap(({ keys }) => [...keys]))
}
