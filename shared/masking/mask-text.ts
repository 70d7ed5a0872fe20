/**
 * A personal text without what it says. Nothing of it stays, not its length either: only whether it was an address or a day.
 * @law no letter and no digit of a personal text is left
 */
export const MASK = '•••••'
const MASKED_MAIL = `${MASK}@${MASK}`
const MASKED_DAY = '••••-••-••'

export function maskedText(text: string): string {
  if (!/[\p{L}\p{N}]/u.test(text)) return /\P{ASCII}/u.test(text) && !text.includes('•') ? MASK : text
  if (text.includes('@')) return MASKED_MAIL
  return /^\d{4}-\d\d-\d\d$/.test(text) ? MASKED_DAY : MASK
}

/** Of one word, before and after the sign; in an address of the web the sign may be encoded. Bounded: a text may be long. */
const MAIL = /[^\s@"'<>(),;:[\]\\=&?/|{}•]{1,256}(?:(?:@|%40)[\p{L}\p{N}.-]{1,253})+/giu
/** With its country; what has none looks like any number. */
const PHONE = /(?<![\w+])(?:\+|%2B)\d[\d\s().-]{5,18}\d/gi

/** What in a text anybody can see to be an address or a phone number is masked, wherever it stands. */
export function withoutAddresses(text: string): string {
  const mailless = text.includes('@') || text.includes('%40') ? text.replace(MAIL, MASKED_MAIL) : text
  const callless = mailless.includes('+') || /%2b/i.test(mailless) ? mailless.replace(PHONE, MASK) : mailless
  return callless.replace(MACHINE, MASK)
}

const OCTETS = '(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)'
/** Among other words; behind a slash it is a version, as in `Chrome/120.0.0.0`. */
const MACHINE = new RegExp(`(?<![\\w./-])${OCTETS}(?!\\.?[\\w-])`, 'g')
const IPV4 = new RegExp(`^${OCTETS}$`)
const IPV6 = /^(?=.*::|(?:[^:]*:){7})[0-9a-f:]{2,39}$/i

/** Whether a whole text is the address of a machine; a version looks the same. */
export function isIpAddress(text: string): boolean {
  return IPV4.test(text) || IPV6.test(text)
}
