import type { JsonValue } from '../kernel/json.ts'

/**
 * What a cell of a nested field is when neither a mapping nor the header says: numbers and booleans that look like
 * nothing else are taken as such, so that `properties.total` can be summed. What is only written with digits stays text:
 * a leading zero or a plus sign, more digits than a number holds, and columns whose name says that they hold a phone
 * number, a postcode, a version or some id.
 */
export function guessedValue(text: string, path: readonly string[]): JsonValue {
  const name = path.at(-1) as string
  if (path.length === 1 || CODES.test(name) || CAMEL_CODES.test(name)) return text
  const trimmed = text.trim()
  if (NUMBER.test(trimmed)) return Number(trimmed)
  if (trimmed === 'true') return true
  if (trimmed === 'false') return false
  return text
}

const NUMBER = /^-?(0|[1-9]\d{0,14})(\.\d{1,15})?$/
/** `order_id`, `phone`, `postal_code`, … */
const CODES =
  /(^|[_-])(ids?|versions?|codes?|skus?|eans?|isbn|iban|vat|refs?|mobile|tel|fax|zip|zipcode|postcode|plz|pin)$|phone|postal/i
/** `orderId`; in any case it would be `paid`, too. */
const CAMEL_CODES = /[a-z](Id|Version|Code|Number|Zip|Sku)$/
