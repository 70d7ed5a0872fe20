import type { JsonObject, JsonValue } from '../kernel/json.ts'
import type { Result } from '../kernel/result.ts'

/**
 * A connector turns what a foreign system sends, or exports, into messages of the kind that SDKs send: one event schema
 * for JSON, CSV and free text (docs/connectors.md). It is a value without state: the same record gives the same messages.
 *
 * `streaming` ones are reached at `POST /hooks/{name}/{sourceId}`, `batch` ones by `?connector=` of /v1/bulk/import.
 */
interface Described {
  /** As it stands in the path: `^[a-z][a-z0-9-]{1,39}$`. */
  readonly name: string
  readonly type: 'streaming' | 'batch'
  /** One line, for the documentation. */
  readonly summary: string
}

/** What became of one record: messages (none, when the record is no event), or why it was not understood. */
export type Normalised = Result<readonly JsonObject[], string>

export interface JsonConnector extends Described {
  readonly format: 'json'
  readonly normalise: (record: JsonValue) => Normalised
}

export interface CsvConnector extends Described {
  readonly format: 'csv'
  /** Without these columns a file is refused as a whole. */
  readonly columns: readonly string[]
  /** A row by the names of its columns. */
  readonly normalise: (record: Readonly<Record<string, string>>) => Normalised
}

export interface TextConnector extends Described {
  readonly format: 'text'
  /** Of files: whether a line begins a record; without it every line is one. A request's body is always one. */
  readonly begins?: (line: string) => boolean
  readonly normalise: (record: string) => Normalised
}

export type Connector = JsonConnector | CsvConnector | TextConnector

export function defineConnector<const C extends Connector>(connector: C): C {
  return connector
}
