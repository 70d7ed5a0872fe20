import type { ImportFormat } from './import-format.ts'

/** Content types of files, by how they are cut into rows. */
const FORMATS: ReadonlyMap<string, ImportFormat> = new Map<string, ImportFormat>([
  ['application/x-ndjson', 'ndjson'],
  ['application/ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
  ['application/x-jsonlines', 'ndjson'],
  ['application/json', 'json'],
  ['text/csv', 'csv'],
  ['application/csv', 'csv'],
  ['text/tab-separated-values', 'csv'],
  ['text/plain', 'text'],
])

export interface ImportType {
  readonly format: ImportFormat
  /** As it stands in Content-Type; a byte order mark is believed first. */
  readonly charset: string | undefined
}

/** Undefined for a type that no file of ours has. */
export function importTypeOf(contentType: string | null): ImportType | undefined {
  const [type = '', ...parameters] = (contentType ?? '').split(';').map((part) => part.trim())
  const format = FORMATS.get(type.toLowerCase())
  if (!format) return undefined
  const charset = parameters.map((text) => /^charset="?([^"]+)"?$/i.exec(text)?.[1]).find((name) => name !== undefined)
  return { format, charset }
}

export const IMPORT_TYPES: readonly string[] = [...FORMATS.keys()]
