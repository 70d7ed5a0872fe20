import { identifierOf } from '../identity/identifier.ts'
import { DAY, parseInstant } from '../kernel/instant.ts'
import type { JsonValue } from '../kernel/json.ts'

/** Whether a value has the form that its name promises; undefined of names that promise none. */
export function validityOf(name: string, value: JsonValue): boolean | undefined {
  if (value === null) return undefined
  const form = FORMS[name.replace(/[_\s-]/g, '').toLowerCase()]
  return form?.(value)
}

const email = (value: JsonValue) => typeof value === 'string' && identifierOf('email', value) !== undefined
/** A number without a country cannot be judged by one: its digits are. */
const phone = (value: JsonValue) =>
  (typeof value === 'string' || typeof value === 'number') && /^\+?[\d\s()./-]{6,20}$/.test(String(value).trim())
const country = (value: JsonValue) => typeof value === 'string' && (COUNTRY.test(value) || value.length > 3)
const COUNTRY = /^[A-Za-z]{2,3}$/
/** A day in the calendar, not before 1900 and not in the year 3000. */
const date = (value: JsonValue) => {
  const at = typeof value === 'number' ? (value < 1e11 ? value * 1_000 : value) : parseInstant(value)
  return at !== undefined && at > -70 * 366 * DAY && at < 1_030 * 366 * DAY
}
const url = (value: JsonValue) => typeof value === 'string' && /^https?:\/\/[^\s/]+\.[^\s]+$/i.test(value)

const FORMS: Readonly<Record<string, (value: JsonValue) => boolean>> = Object.assign(
  Object.create(null) as Record<string, (value: JsonValue) => boolean>,
  {
    email,
    emailaddress: email,
    phone,
    phonenumber: phone,
    mobile: phone,
    country,
    countrycode: country,
    birthday: date,
    birthdate: date,
    dateofbirth: date,
    createdat: date,
    signedupat: date,
    updatedat: date,
    website: url,
    avatar: url,
  },
)
