import { type Random, seededRandom } from './random.ts'

/**
 * The customers of the demo shop. What somebody does follows from the number: every kind of behaviour appears, and
 * the first three people are always the same three kinds, because the demo ends by showing them.
 */
export type Behaviour =
  /** Browses on a phone and on a laptop, signs in on both. Known to the shop's CRM for hours. */
  | 'two_devices'
  /** Comes anonymously, registers, orders. */
  | 'converts'
  /** Was offline for hours: the phone sends what it has kept, late. */
  | 'late_phone'
  /** Signed in from the first page on. */
  | 'regular'
  /** Never says who they are. */
  | 'anonymous'
  /** Has a clock that is an hour fast. */
  | 'wrong_clock'

export interface Person {
  readonly number: number
  readonly behaviour: Behaviour
  readonly userId: string
  readonly name: string
  readonly traits: { readonly [name: string]: string | number }
  /** Anonymous ids: of the browser, of the phone. */
  readonly web: string
  readonly phone: string
  readonly deviceId: string
}

const BEHAVIOURS: readonly Behaviour[] = [
  'two_devices',
  'converts',
  'late_phone',
  'regular',
  'anonymous',
  'wrong_clock',
]
const LATER: readonly Behaviour[] = [
  'converts',
  'converts',
  'regular',
  'regular',
  'regular',
  'anonymous',
  'two_devices',
]

const FIRST =
  'Ada Grace Alan Edith Linus Katherine Tim Margaret Dennis Radia Barbara Ken Hedy John Frances Niklaus'.split(' ')
const LAST = 'Marsh Ferry Brooks Rivers Lake Ford Bourne Delta Weir Strand Beck Mill Poole Wells Banks Shore'.split(' ')
const COUNTRIES = ['DE', 'FR', 'GB', 'NL', 'PT', 'SE', 'US'] as const

export function shopPeople(seed: number, count: number): readonly Person[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, (_, number) => person(seed, number, random))
}

function person(seed: number, number: number, random: Random): Person {
  const [first, last] = [random.pick(FIRST), random.pick(LAST)]
  const id = `${seed}_${number + 1}`
  return {
    number,
    behaviour: BEHAVIOURS[number] ?? random.pick(LATER),
    userId: `cust_${id}`,
    name: `${first} ${last}`,
    traits: {
      name: `${first} ${last}`,
      email: `${first}.${last}.${id}@shop.example`.toLowerCase(),
      plan: number === 0 || random.next() < 0.3 ? 'pro' : 'free',
      country: random.pick(COUNTRIES),
    },
    web: `web_${id}`,
    phone: `phone_${id}`,
    deviceId: `device_${id}`,
  }
}
