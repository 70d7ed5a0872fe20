import { isObject, type JsonObject, type JsonValue } from '../kernel/json.ts'
import { at } from '../transform/mapping.ts'
import { type Delivery, textIn } from './delivery.ts'

/** Who a delivery is about, in the terms that other systems know people by. Undefined where nobody said. */
export interface Who {
  readonly profile: string
  readonly userId: string | undefined
  readonly anonymousId: string | undefined
  readonly email: string | undefined
  readonly phone: string | undefined
  /** As they are now. */
  readonly traits: JsonObject
}

export function whoIn({ data }: Delivery): Who {
  const identifiers = at(data, 'profile.identifiers')
  const newest = (type: string) => {
    const held = Array.isArray(identifiers) ? (identifiers as readonly JsonValue[]) : []
    return textIn(held.filter(isObject).findLast((one) => one['type'] === type)?.['value'])
  }
  const traits = objectIn(at(data, 'profile.traits'))
  return {
    profile: textIn(at(data, 'profile.id')) ?? '',
    userId: textIn(data['userId']) ?? newest('user_id'),
    anonymousId: textIn(data['anonymousId']) ?? newest('anonymous_id'),
    email: textIn(at(data, 'profile.traits.email')) ?? newest('email'),
    phone: textIn(at(data, 'profile.traits.phone')) ?? newest('phone'),
    traits,
  }
}

/** Name of what happened: of a track its event, of a page or screen what analytics call it. */
export function nameIn({ type, data }: Delivery): string {
  const name = textIn(data['event']) ?? textIn(data['name'])
  if (type === 'page') return name === undefined ? 'Viewed Page' : `Viewed ${name} Page`
  if (type === 'screen') return name === undefined ? 'Viewed Screen' : `Viewed ${name} Screen`
  return name ?? type
}

export function objectIn(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : {}
}

export function propertiesIn({ data }: Delivery): JsonObject {
  return objectIn(data['properties'])
}

/** A number, also as text; undefined for everything else. */
export function numberIn(value: JsonValue | undefined): number | undefined {
  const n =
    typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
  return Number.isFinite(n) ? n : undefined
}

/** Without what is undefined, so that a request says nothing of what nobody said. */
export function present(fields: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonObject
}
