import type { z } from 'zod'
import { canonicalJson } from '../../../shared/kernel/canonical-json.ts'
import { isObject, type JsonObject } from '../../../shared/kernel/json.ts'

/** A path as keys; a key may have dots in it. */
export type Keys = readonly string[]

/** What a secret may be kept by: the settings of a type of destination or plugin. */
export interface SettingsType {
  readonly settings: z.ZodObject
  readonly secrets: readonly string[]
}

/** A section of the file, and the part of the API that it is. */
export interface Kind {
  readonly section: string
  readonly noun: string
  readonly path: string
  /** What its document is known by: the names are those of the file where the API makes ids. */
  readonly key: 'name' | 'key'
  /** What stands in the path of one: its key, or an id. */
  readonly id: 'name' | 'key' | 'id'
  /** The list in the answer. */
  readonly list: string
  /** What may be written; the contract of making one. */
  readonly body: z.ZodObject
  /** Fields that cannot be changed once it is there. */
  readonly fixed: readonly string[]
  /** Fields that stay as they are where the file does not name them. */
  readonly loose: readonly string[]
  /** Lists of ids of sources, which the file has by name. */
  readonly sources: readonly Keys[]
  /** PUT replaces the whole of it, and takes no null. */
  readonly isReplaced: boolean
  /** Documents that are no configuration. */
  readonly isLeftOut?: (document: JsonObject) => boolean
  /** The one form of what can be written in several. @throws InvalidEntry */
  readonly normal?: (fields: JsonObject) => JsonObject
  readonly settingsType?: (fields: JsonObject) => SettingsType | undefined
  /** Fields that name one thing of another section, by id in the API and by name in the file. */
  readonly named: readonly { readonly keys: Keys; readonly section: string }[]
  /** What it is known by, where the API gives it no name. */
  readonly nameOf?: (fields: JsonObject) => string
  /** A thing that comes with Tributary is changed, and not made: under this id. */
  readonly givenId?: (name: string) => string | undefined
  /** With `type` and `settings` at the top, where secrets are looked for; and as the API and the file have it. @throws InvalidEntry */
  readonly flat?: (fields: JsonObject) => JsonObject
  readonly deep?: (fields: JsonObject) => JsonObject
  /** Where its settings have secrets, below `settings`. */
  readonly secrets: (fields: JsonObject) => readonly Keys[]
}

type Some = Pick<Kind, 'section' | 'noun' | 'path' | 'list' | 'body'> & Partial<Kind>

/** A kind, of which only what is unusual has to be said. */
export function kind(some: Some): Kind {
  return {
    key: 'name',
    id: 'id',
    fixed: [],
    loose: [],
    sources: [],
    named: [],
    isReplaced: false,
    secrets: (fields) => ofType(fields, some.settingsType?.(fields)?.secrets ?? []),
    ...some,
  }
}

export function settingsOf(fields: JsonObject): JsonObject {
  const settings = fields['settings']
  return isObject(settings) ? settings : {}
}

function ofType(fields: JsonObject, secrets: readonly string[]): readonly Keys[] {
  return secrets.filter((name) => Object.hasOwn(settingsOf(fields), name)).map((name) => [name])
}

/** What things are known by. Those that are called alike are told apart by what they say. */
export function namesOf({ nameOf, key }: Kind, all: readonly JsonObject[]): readonly string[] {
  if (!nameOf) return all.map((fields) => String(fields[key]).trim())
  const alike = Map.groupBy(all, nameOf)
  return all.map((fields) => {
    const name = nameOf(fields)
    const those = (alike.get(name) ?? [])
      .map((one) => canonicalJson([one['params'] ?? {}, one['severity'] ?? null]))
      .sort()
    const place = those.indexOf(canonicalJson([fields['params'] ?? {}, fields['severity'] ?? null]))
    return place === 0 ? name : `${name}#${place + 1}`
  })
}
