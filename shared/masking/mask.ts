import { isObject, type JsonObject, type JsonValue, jsonOf } from '../kernel/json.ts'
import { isIpAddress, MASK, maskedText, withoutAddresses } from './mask-text.ts'
import { type ExtraNames, foldedName, isPersonalName } from './personal-name.ts'
import { withoutSaid } from './without-said.ts'

/**
 * An answer of the API as somebody reads it who may not see personal values. It knows no route: what is personal is told
 * by names (`email`, `first_name`), by what stands beside a value (`{ trait: 'birthday', value }`), by the form of a text,
 * and by what was found so far: a value that is masked in one place of an answer stands in no other.
 *
 * @law types and shape of an answer stay: keys, lengths, and the type of every value
 * @law nothing that stands under a personal name is left, wherever it stands
 * @law what is masked stays as it is when it is masked again
 */
export interface MaskOptions {
  /** Names that the workspace and its tracking plans call personal, folded. */
  readonly extra: ExtraNames
  /** An answer about configuration: names in it are words of the settings, and only what looks like an address is masked. */
  readonly isSettings?: boolean
}

export function masked(answer: JsonValue, { extra, isSettings = false }: MaskOptions): JsonValue {
  const said = new Set<string>()
  const walk: Walk = { extra, isSettings, said }
  const first = valueIn(answer, { holder: '', name: '', isFree: false }, walk)
  return said.size === 0 ? first : withoutSaid(first, said)
}

interface Walk {
  readonly extra: ExtraNames
  readonly isSettings: boolean
  /** Texts that were masked for where they stood. */
  readonly said: Set<string>
}

interface Place {
  readonly holder: string
  readonly name: string
  /** Inside of what a customer's own code wrote: names are theirs, and a whole branch may be personal. */
  readonly isFree: boolean
}

/** Where the words of customers begin. */
const FREE: ReadonlySet<string> = new Set(
  'traits computedTraits properties context payload body event item message raw detail changes request'.split(' '),
)
/** Identifiers that name no person to who has nothing else. Their values are masked when they look like an address. */
const PLAIN_TYPES: ReadonlySet<string> = new Set(['user_id', 'anonymous_id', 'device_id', 'group_id'])
/** What says which field a document is about, and the places for its values. */
const SUBJECTS = ['trait', 'path', 'field', 'identifier', 'computed', 'column', 'type'] as const
const VALUES: ReadonlySet<string> = new Set([
  'value',
  'values',
  'was',
  'a',
  'b',
  'before',
  'after',
  'lost',
  'threshold',
])
const REFERENCES: ReadonlySet<string> = new Set(['a', 'b', 'ref', 'address'])

function valueIn(value: JsonValue, place: Place, walk: Walk): JsonValue {
  if (typeof value === 'string') return textIn(value, place, walk)
  if (Array.isArray(value)) return value.map((one: JsonValue) => valueIn(one, place, walk))
  return isObject(value) ? objectIn(value, place, walk) : value
}

function objectIn(object: JsonObject, place: Place, walk: Walk): JsonObject {
  const isHidden = walk.isSettings ? () => false : hiddenIn(object, place, walk)
  const taken = new Set<string>()
  return Object.fromEntries(
    Object.entries(object).map(([name, inner]) => {
      const below = { holder: place.name, name, isFree: place.isFree || FREE.has(name) }
      const shown = isHidden(name, inner) ? hidden(inner, walk) : valueIn(inner, below, walk)
      return [free(withoutAddresses(name), taken), shown]
    }),
  )
}

/** Which of an object's values are personal for their name, or for what stands beside them. */
function hiddenIn(object: JsonObject, { name: holder, isFree }: Place, { extra }: Walk) {
  const subject = SUBJECTS.some((key) => speaksOfPerson(object[key], extra)) || isIdentifier(object, holder)
  return (name: string, value: JsonValue): boolean => {
    if (subject && (VALUES.has(name) || (name === 'id' && holder === 'externalIds'))) return true
    if (!isPersonalName(name, holder, extra)) return false
    // In our own documents a name may be a channel (`consents.email`) or a count; in a customer's it is what it says.
    return (
      isFree || typeof value === 'string' || (Array.isArray(value) && value.every((one) => typeof one === 'string'))
    )
  }
}

function speaksOfPerson(subject: JsonValue | undefined, extra: ExtraNames): boolean {
  if (typeof subject !== 'string' || subject.length > 255) return false
  const parts = subject.split('.')
  return isPersonalName(parts.at(-1) as string, parts.at(-2) ?? 'traits', extra)
}

/** `{ type, value, firstSeen }`, `{ type, id }` of external ids, what was found of a type, and what a match compared. */
function isIdentifier(object: JsonObject, holder: string): boolean {
  if ('field' in object && 'level' in object) return true
  const type = object['identifier'] ?? (holder === 'externalIds' || 'firstSeen' in object ? object['type'] : undefined)
  return typeof type === 'string' && !PLAIN_TYPES.has(type)
}

/** All of it, whatever it is. */
function hidden(value: JsonValue, walk: Walk): JsonValue {
  if (typeof value === 'string') {
    const mask = maskedText(value)
    if (mask !== value && value.length >= LEAST_SAID && value.length <= MOST_SAID) walk.said.add(value)
    return mask
  }
  if (typeof value === 'number') return 0
  if (Array.isArray(value)) return value.map((one: JsonValue) => hidden(one, walk))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, hidden(inner, walk)]))
}

/** A shorter text is a word of any sentence; nobody repeats a longer one. */
const LEAST_SAID = 3
const MOST_SAID = 300

function textIn(text: string, { name, isFree }: Place, walk: Walk): string {
  // Somebody's JSON inside of a text, such as the body of a request.
  const inner = /^\s*[[{]/.test(text) ? jsonOf(text) : undefined
  if (inner !== undefined) return JSON.stringify(valueIn(inner, { holder: name, name, isFree: true }, walk))
  if (isIpAddress(text)) return /version|build/i.test(name) ? text : maskedText(text)
  const reference = REFERENCES.has(name) && !isFree ? /^([A-Za-z0-9_.-]{1,64}):(.+)$/s.exec(text) : null
  if (reference && !PLAIN_TYPES.has(reference[1] as string)) return `${reference[1]}:${MASK}`
  return withoutAddresses(text)
}

/** A key that was masked may meet another one. */
function free(name: string, taken: Set<string>): string {
  let found = name
  for (let n = 2; taken.has(found); n++) found = `${name} ${n}`
  taken.add(found)
  return found
}

/** The names that a workspace's own list adds, as `isPersonalName` compares them. */
export function extraNames(...lists: readonly (readonly string[])[]): ExtraNames {
  return new Set(lists.flat().map(foldedName))
}
