import type { Json, JsonRecord } from '../../shared/contract/open-api.ts'
import { DOCS_STYLE } from './docs-style.ts'

/** An OpenAPI document as one page of HTML that needs nothing else: no script, no font, no request. */
interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly tags: readonly string[]
  readonly security: readonly JsonRecord[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: JsonRecord }
  readonly responses: { readonly [status: string]: { readonly description: string; readonly content: JsonRecord } }
}

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly description?: string
  readonly schema: JsonRecord
}

interface Entry {
  readonly method: string
  readonly path: string
  readonly aliases: readonly string[]
  readonly operation: Operation
}

export function docsPage(document: JsonRecord): string {
  const { title } = document['info'] as { title: string }
  const groups = Map.groupBy(entriesOf(document), (entry) => entry.operation.tags[0] ?? '')
  const { schemas } = document['components'] as { schemas: JsonRecord }
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} API</title>
<style>${DOCS_STYLE}</style>
</head>
<body>
<header>
<h1>${escaped(title)} API</h1>
<p>Machine-readable: <a href="/api/openapi.json">OpenAPI 3.1</a></p>
</header>
<nav aria-label="Groups">${[...groups.keys()].map((group) => `<a href="#${slug(group)}">${escaped(group)}</a>`).join('')}<a href="#schemas">Schemas</a></nav>
<main>
${[...groups].map(([group, entries]) => section(group, entries.map(operationArticle).join(''))).join('')}
${section('Schemas', Object.entries(schemas).map(schemaArticle).join(''))}
</main>
</body>
</html>
`
}

/** Operations in the order of the document, those of an alias under the first path they were met at. */
function entriesOf(document: JsonRecord): readonly Entry[] {
  const entries: (Entry & { readonly aliases: string[] })[] = []
  for (const [path, item] of Object.entries(document['paths'] as JsonRecord)) {
    for (const [method, value] of Object.entries(item as JsonRecord)) {
      const operation = value as unknown as Operation // openApi() has made it
      const main = entries.find((entry) => operation.operationId.startsWith(`${entry.operation.operationId}_`))
      if (main) main.aliases.push(path)
      else entries.push({ method, path, aliases: [], operation })
    }
  }
  return entries
}

function section(title: string, body: string): string {
  return `<section aria-labelledby="${slug(title)}"><h2 id="${slug(title)}">${escaped(title)}</h2>${body}</section>\n`
}

function operationArticle({ method, path, aliases, operation }: Entry): string {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation
  const also =
    aliases.length > 0 ? `<p>Also at ${aliases.map((alias) => `<code>${escaped(alias)}</code>`).join(', ')}.</p>` : ''
  return `<article id="${escaped(operationId)}">
<h3><span class="method">${method.toUpperCase()}</span> <code>${escaped(path)}</code></h3>
<p>${prose(summary)}.</p>${description === undefined ? '' : `<p>${prose(description)}</p>`}${also}
<p class="access">${accessOf(operation)}</p>
${parameters.length > 0 ? table(['Parameter', 'Type', 'Meaning'], parameters.map(parameterRow)) : ''}
${requestBody ? details('Body', schemaIn(requestBody.content)) : ''}
${table(
  ['Status', 'Meaning'],
  Object.entries(responses).map(([status, { description }]) => [`<code>${status}</code>`, escaped(description)]),
)}
${Object.entries(responses)
  .filter(([status]) => status.startsWith('2'))
  .map(([status, { content }]) => details(`Reply ${status}`, schemaIn(content)))
  .join('')}
</article>
`
}

function accessOf({ security }: Operation): string {
  const [first] = security
  if (!first) return 'Anyone may call this.'
  const [scope] = (first['token'] ?? []) as string[]
  return scope === undefined ? 'With a write key.' : `With an API token of scope <code>${escaped(scope)}</code>.`
}

function parameterRow({ name, required, description = '', schema }: Parameter): readonly string[] {
  const { type, format, enum: values, default: fallback, minimum, maximum } = schema
  const kind = Array.isArray(values) ? values.join(' | ') : String(format ?? type ?? 'string')
  const range = minimum === undefined || maximum === undefined ? '' : `, ${minimum}–${maximum}`
  const unless = fallback === undefined ? '' : `, else ${fallback}`
  return [
    `<code>${escaped(name)}</code>${required ? ' <em>required</em>' : ''}`,
    escaped(`${kind}${range}${unless}`),
    prose(description),
  ]
}

function schemaArticle([name, schema]: readonly [string, Json]): string {
  return `<article id="schema-${escaped(name)}"><h3><code>${escaped(name)}</code></h3>${details('JSON Schema', schema)}</article>`
}

function schemaIn(content: JsonRecord): Json {
  const [media] = Object.values(content)
  return (media as { schema: Json } | undefined)?.schema ?? {}
}

function details(title: string, schema: Json): string {
  const json = escaped(JSON.stringify(schema, null, 2))
  const linked = json.replace(
    /&quot;#\/components\/schemas\/(\w+)&quot;/g,
    (_, name: string) => `<a href="#schema-${name}">${name}</a>`,
  )
  return `<details><summary>${escaped(title)}</summary><pre tabindex="0"><code>${linked}</code></pre></details>`
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((text) => `<th scope="col">${text}</th>`).join('')
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('')
  return `<table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`
}

/** Text with `code` in backticks. */
function prose(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>')
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}

function slug(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, '-')
}
