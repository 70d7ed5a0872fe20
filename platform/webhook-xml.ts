import { XMLParser, XMLValidator } from 'fast-xml-parser'
import type { JsonValue } from '../shared/kernel/json.ts'

/**
 * XML of strangers as plain objects: prefixes gone, attributes under `@name`, texts as texts. No document types and no
 * entities of their own, so that a small body cannot become a large one or read what is not its own.
 */
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  ignoreDeclaration: true,
  trimValues: true,
})

const PREDEFINED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

export function parseXml(text: string): JsonValue | undefined {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) return undefined
  try {
    if (XMLValidator.validate(text) !== true) return undefined
    return decoded(parser.parse(text) as JsonValue)
  } catch {
    // Not well-formed, or nested too deep: the caller says so.
    return undefined
  }
}

function decoded(value: JsonValue): JsonValue {
  if (typeof value === 'string') return decodedText(value)
  if (Array.isArray(value)) return value.map(decoded)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, decoded(inner as JsonValue)]))
}

/** The five that XML itself knows, and characters by number. */
function decodedText(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{1,10}));/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return PREDEFINED[name] ?? whole
      const code = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal)
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
    },
  )
}
