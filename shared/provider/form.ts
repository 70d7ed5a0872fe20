/** `application/x-www-form-urlencoded`, read in the order it came, with every repetition. */
export type FormField = readonly [name: string, value: string]

/** More fields than any provider sends. */
const MOST_FIELDS = 5_000

/** undefined when an escape is broken or there are too many fields. */
export function readForm(text: string): readonly FormField[] | undefined {
  if (text === '') return []
  const pairs = text.split('&')
  if (pairs.length > MOST_FIELDS) return undefined
  const fields: FormField[] = []
  for (const pair of pairs) {
    if (pair === '') continue
    const split = pair.indexOf('=')
    const name = unescapeField(split === -1 ? pair : pair.slice(0, split))
    const value = unescapeField(split === -1 ? '' : pair.slice(split + 1))
    if (name === undefined || value === undefined) return undefined
    fields.push([name, value])
  }
  return fields
}

function unescapeField(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '))
  } catch {
    // A lone % or bytes that are no UTF-8: the field cannot be read, so nothing it signs can be.
    return undefined
  }
}

/** The first value of each name: what a provider that never repeats a name means. */
export function formObject(fields: readonly FormField[]): Readonly<Record<string, string>> {
  const object: Record<string, string> = Object.create(null)
  for (const [name, value] of fields) if (!(name in object)) object[name] = value
  return object
}
