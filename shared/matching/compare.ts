import { isRole, type Kind, type Prepared, type Schema } from './record.ts'
import { editDistance, jaroWinkler } from './similarity.ts'

/**
 * How two values of a field agree, as a level: 0 is missing on a side and is no evidence, 1 is exact, greater is weaker,
 * the last is different. What a level weighs is learned (em.ts), not said here.
 */
export const MISSING = 0
export const EXACT = 1

const NAME = ['missing', 'exact', 'near', 'alike', 'different', 'swapped', 'another name'] as const
const CODE = ['missing', 'exact', 'one edit', 'two edits', 'different'] as const
const TEXT = ['missing', 'exact', 'near', 'alike', 'different'] as const
export const LEVELS: Readonly<Record<Kind, readonly string[]>> = {
  given: NAME,
  surname: NAME,
  middle: ['missing', 'exact', 'overlap', 'different'],
  date: ['missing', 'exact', 'one edit or day and month swapped', 'near', 'within three years', 'different'],
  email: ['missing', 'exact', 'same user or two edits', 'alike', 'same domain', 'different'],
  phone: CODE,
  id: CODE,
  postcode: ['missing', 'exact', 'one edit', 'same area', 'different'],
  street: TEXT,
  place: TEXT,
  company: TEXT,
  text: TEXT,
}
/** The levels of a name that its letters don't order. */
const ALIKE_NAME = 3
export const DIFFERENT_NAME = 4
export const SWAPPED = 5
/** Two given names that are each a common one of their own: no typing error makes Anna a Hanna. */
export const ANOTHER_NAME = 6
/** From this level of dates on they differ by more than a typing error. */
export const ANOTHER_YEAR = 4
/** The e-mail level of two users of one domain. */
export const SAME_DOMAIN = 4

/** Fills `into` with the level of every field. Symmetric in the two records. */
export function compare(schema: Schema, a: Prepared, b: Prepared, into: Uint8Array, from = 0): void {
  let given = -1
  let surname = -1
  for (let f = 0; f < schema.fields.length; f++) {
    const kind = (schema.fields[f] as { kind: Kind }).kind
    const x = a.texts[f] as string
    const y = b.texts[f] as string
    if (kind === 'given' && given < 0) given = f
    else if (kind === 'surname' && surname < 0) surname = f
    into[from + f] = x === '' || y === '' ? MISSING : x === y ? EXACT : unequal(kind, x, y, a.sounds[f] === b.sounds[f])
  }
  if (given >= 0 && (into[from + given] as number) > EXACT) {
    into[from + given] = knownLevel(a.families, b.families, into[from + given] as number)
  }
  if (given >= 0 && surname >= 0) markSwap(a, b, given, surname, into, from)
}

/** What is known of common given names goes before their letters. */
function knownLevel(a: readonly number[], b: readonly number[], level: number): number {
  if (a.length === 0 || b.length === 0) return level
  return a.some((family) => b.includes(family)) ? Math.min(level, ALIKE_NAME) : ANOTHER_NAME
}

/** First and last name in each other's place; with one of the four missing, the one crossing that can be seen. */
function markSwap(a: Prepared, b: Prepared, given: number, surname: number, into: Uint8Array, from: number): void {
  const levelG = into[from + given] as number
  const levelS = into[from + surname] as number
  const open = (level: number) => level === MISSING || level === DIFFERENT_NAME || level === ANOTHER_NAME
  if (!open(levelG) || !open(levelS)) return
  const forth = crossing(a.texts[given] as string, b.texts[surname] as string)
  const back = crossing(b.texts[given] as string, a.texts[surname] as string)
  if (forth === false || back === false || (forth === undefined && back === undefined)) {
    if (!(forth === true || back === true) || levelG === DIFFERENT_NAME || levelS === DIFFERENT_NAME) return
  }
  into[from + given] = SWAPPED
  into[from + surname] = forth === true && back === true ? SWAPPED : MISSING
}

function crossing(x: string, y: string): boolean | undefined {
  if (x === '' || y === '') return undefined
  return x === y || nearNames(x, y)
}

function nearNames(x: string, y: string): boolean {
  return (Math.min(x.length, y.length) > 3 && editDistance(x, y, 1) <= 1) || jaroWinkler(x, y) >= 0.92
}

function unequal(kind: Kind, x: string, y: string, sameSound: boolean): number {
  switch (kind) {
    case 'given':
    case 'surname': {
      // An initial agrees with every twentieth name: it can contradict, and proves nothing.
      if (x.length === 1 || y.length === 1) return x[0] === y[0] ? MISSING : DIFFERENT_NAME
      if (nearNames(x, y)) return 2
      const likeness = jaroWinkler(x, y)
      // Half of all short names with one first letter sound alike to Soundex.
      return likeness >= 0.84 || (sameSound && likeness >= 0.75 && Math.min(x.length, y.length) > 3) || within(x, y)
        ? 3
        : DIFFERENT_NAME
    }
    case 'middle':
      return overlap(x, y) > 0 ? 2 : 3
    case 'date':
      return dateLevel(x, y)
    case 'email':
      return emailLevel(x, y)
    case 'phone':
    case 'id': {
      const edits = editDistance(x, y, 2)
      return edits <= 1 ? 2 : edits === 2 ? 3 : 4
    }
    case 'postcode': {
      if (editDistance(x, y, 1) <= 1) return 2
      const area = Math.max(2, Math.min(x.length, y.length) - 3)
      return x.slice(0, area) === y.slice(0, area) ? 3 : 4
    }
    default: {
      const likeness = jaroWinkler(x, y)
      if (likeness >= 0.92 || editDistance(x, y, 1) <= 1) return 2
      return likeness >= 0.82 || overlap(x, y) >= 0.5 ? 3 : 4
    }
  }
}

/** One is the beginning of the other, or its initial, or inside it: 'fred' and 'alfred', 'j' and 'jane'. */
function within(x: string, y: string): boolean {
  const [short, long] = x.length < y.length ? [x, y] : [y, x]
  return short.length > 2 ? long.includes(short) : long.startsWith(short)
}

/** Shared words over all words (Jaccard). */
function overlap(x: string, y: string): number {
  const [a, b] = [new Set(x.split(' ')), new Set(y.split(' '))]
  let shared = 0
  for (const word of a) if (b.has(word)) shared += 1
  return shared / (a.size + b.size - shared)
}

function dateLevel(x: string, y: string): number {
  if (editDistance(x, y, 1) <= 1) return 2
  if (x.slice(0, 4) === y.slice(0, 4) && x.slice(4, 6) === y.slice(6, 8) && x.slice(6, 8) === y.slice(4, 6)) return 2
  const [year, month, day] = [0, 4, 6].map(
    (at, i) => x.slice(at, i === 0 ? 4 : at + 2) === y.slice(at, i === 0 ? 4 : at + 2),
  )
  // A day that nobody knew is often written as the first of January.
  if (year && (x.endsWith('0101') || y.endsWith('0101'))) return 3
  const days = Math.abs(dayNumber(x) - dayNumber(y))
  if ((year && (month || day)) || (month && day && editDistance(x.slice(0, 4), y.slice(0, 4), 2) <= 2) || days <= 45)
    return 3
  return days <= 3 * 365.25 ? 4 : 5
}

function dayNumber(date: string): number {
  return Number(date.slice(0, 4)) * 365.25 + Number(date.slice(4, 6)) * 30.44 + Number(date.slice(6, 8))
}

function emailLevel(x: string, y: string): number {
  const [atX, atY] = [x.indexOf('@'), y.indexOf('@')]
  const [userX, userY] = [atX < 0 ? x : x.slice(0, atX), atY < 0 ? y : y.slice(0, atY)]
  // One function of two organisations, or two functions of one, says nothing about who writes.
  if (isRole(x) && isRole(y) && editDistance(x, y, 2) > 2)
    return atX >= 0 && x.slice(atX) === y.slice(atY) ? SAME_DOMAIN : 5
  const sameDomain = atX >= 0 && x.slice(atX) === y.slice(atY)
  // 'jsmith2' is not 'jsmith' mistyped but the next of that name.
  if (sameDomain && userX !== userY && userX.replace(/\d/g, '') === userY.replace(/\d/g, '')) return SAME_DOMAIN
  // Two short users of one domain differ by two edits without meaning it.
  if (
    (userX === userY && userX.length > 3) ||
    editDistance(x, y, 2) <= (Math.min(userX.length, userY.length) > 4 || !sameDomain ? 2 : 0)
  )
    return 2
  if (jaroWinkler(userX, userY) >= 0.9 && jaroWinkler(x, y) >= 0.88) return 3
  return sameDomain ? 4 : 5
}
