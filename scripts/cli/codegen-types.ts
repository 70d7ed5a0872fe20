import type { JsonObject, JsonValue } from '../../shared/kernel/json.ts'
import { isObject } from '../../shared/kernel/json.ts'
import { subschemasOf } from '../../shared/tracking-plan/schema-keywords.ts'

/** Keywords by which a schema could name types of its own, or bring code with it. */
const LEFT_OUT: readonly string[] = ['title', '$id', 'id', '$schema', 'tsType', 'tsEnumNames', 'deprecated', '$comment']

/** The declarations for one schema: a type of that name, and `<name>_<key>` for what stands in its `$defs`. */
export async function typesOf(schema: JsonObject, name: string): Promise<string> {
  // It brings a formatter with it; who does not generate code need not wait for that.
  const { compile } = await import('json-schema-to-typescript')
  const text = await compile(cleaned(schema) as never, ROOT, {
    bannerComment: '',
    additionalProperties: true,
    ignoreMinAndMaxItems: true,
    style: { semi: false, singleQuote: true, printWidth: 120 },
    $refOptions: { resolve: { external: false } },
  })
  return renamed(text.trim(), name)
}

/** The compiler makes names of its own, which those of two events could share. */
const ROOT = 'RootOfTheEvent'
const DECLARED = /^export (?:interface|type) ([\w$]+)/gm
/** Texts and comments as a whole, and words; of these those that are no names of properties. */
const TOKEN = /'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\/\*[\s\S]*?\*\/|[\w$]+(?!\w|\??:)/g

function renamed(text: string, name: string): string {
  const declared = [...text.matchAll(DECLARED)].map((match) => match[1] as string)
  const names = new Map(declared.map((one) => [one, one === ROOT ? name : `${name}_${one}`]))
  return text.replace(TOKEN, (token) => names.get(token) ?? token)
}

/** Without what is for people or would be code; a comment that ends a comment is made harmless. */
function cleaned(schema: JsonValue): JsonValue {
  if (!isObject(schema)) return schema
  const copy: { [key: string]: JsonValue } = {}
  for (const [keyword, value] of Object.entries(schema)) {
    if (LEFT_OUT.includes(keyword)) continue
    copy[keyword] = keyword === 'description' && typeof value === 'string' ? value.replaceAll('*/', '* /') : value
  }
  for (const { path, schema: inner } of subschemasOf(schema)) {
    const [keyword, key] = path as [string, string?]
    if (key === undefined) copy[keyword] = cleaned(inner)
    else if (Array.isArray(copy[keyword])) copy[keyword] = copy[keyword].with(Number(key), cleaned(inner)) as JsonValue
    else copy[keyword] = { ...(copy[keyword] as JsonObject), [key]: cleaned(inner) }
  }
  return copy
}
