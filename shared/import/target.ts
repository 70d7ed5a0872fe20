import { err, ok, type Result } from '../kernel/result.ts'
import { patternFault } from './date-pattern.ts'
import { FIELD_TYPES, type FieldType } from './field-value.ts'

/** Where a column goes: `userId`, `properties.total:number`, `timestamp:date:DD.MM.YYYY HH:mm`. */
export interface Target {
  readonly path: readonly string[]
  readonly type?: FieldType
  readonly pattern?: string
}

/** Fields that hold one text. */
const TEXTS: ReadonlySet<string> = new Set(
  (
    'type messageId event name category userId anonymousId previousId groupId timestamp originalTimestamp sentAt ' +
    'channel version'
  ).split(' '),
)
const TIMES: ReadonlySet<string> = new Set(['timestamp', 'originalTimestamp', 'sentAt'])
export const OBJECTS: ReadonlySet<string> = new Set(['properties', 'traits', 'context', 'integrations'])
const MOST_LEVELS = 10

/** The failure is what is wrong with the text. `isFree`: other top-level names are kept too, as the edge keeps them. */
export function parseTarget(text: string, isFree = false): Result<Target, string> {
  const [name = '', type, ...rest] = text.split(':')
  const path = name.trim().split('.')
  const [top = ''] = path
  const pattern = rest.length > 0 ? rest.join(':').trim() : undefined
  if (path.some((part) => part === '')) return err('a path has names between its dots')
  if (path.includes('__proto__')) return err('__proto__ is no name')
  if (path.length > MOST_LEVELS) return err(`a path has at most ${MOST_LEVELS} levels`)
  if (TEXTS.has(top) && path.length > 1) return err(`${top} holds no fields`)
  if (!isFree && !TEXTS.has(top) && !OBJECTS.has(top)) return err(`${top} is no field of an event: ${FIELDS}`)
  if (type !== undefined && !FIELD_TYPES.includes(type.trim() as FieldType)) {
    return err(`the type is one of ${FIELD_TYPES.join(', ')}`)
  }
  const declared = type?.trim() as FieldType | undefined
  if (pattern !== undefined && declared !== 'date') return err('only a date has a pattern')
  const fault = pattern === undefined ? undefined : patternFault(pattern)
  if (fault) return err(fault)
  const known = knownType(path, declared)
  if (TEXTS.has(top) && known !== undefined && known !== (TIMES.has(top) ? 'date' : 'string')) {
    return err(`${top} is a ${TIMES.has(top) ? 'date' : 'string'}`)
  }
  if (OBJECTS.has(top) && path.length === 1 && known !== 'json') return err(`${top} as a whole is json`)
  return ok({ path, ...(known ? { type: known } : {}), ...(pattern === undefined ? {} : { pattern }) })
}

const FIELDS = `${[...TEXTS].join(', ')}, or a path below ${[...OBJECTS].join(', ')}`

/** What a field is when nobody says so. */
function knownType(path: readonly string[], declared: FieldType | undefined): FieldType | undefined {
  const [top = ''] = path
  if (declared !== undefined) return declared
  if (TIMES.has(top)) return 'date'
  if (TEXTS.has(top)) return 'string'
  return OBJECTS.has(top) && path.length === 1 ? 'json' : undefined
}

/** Two paths of which one lies inside the other, or that are the same; undefined when all can be written side by side. */
export function collision(paths: readonly (readonly string[])[]): readonly [string, string] | undefined {
  const seen = new Map(paths.map((path) => [path.join('.'), path]))
  if (seen.size < paths.length) {
    const texts = paths.map((path) => path.join('.'))
    const twice = texts.find((text, i) => texts.indexOf(text) !== i) as string
    return [twice, twice]
  }
  for (const path of paths) {
    for (let length = 1; length < path.length; length++) {
      const above = path.slice(0, length).join('.')
      if (seen.has(above)) return [above, path.join('.')]
    }
  }
  return undefined
}
