/**
 * A form as a value: what kind of input each place of a JSON document has. Made from the JSON Schema that the API gives of
 * settings (read-schema.ts), or written down where the portal knows more than the schema says.
 */
export interface Option {
  readonly value: string
  readonly label: string
}

export type Field =
  | { readonly kind: 'text'; readonly look: 'line' | 'long' | 'code'; readonly default?: string }
  /** Written and never read back: left empty it stays as it is. */
  | { readonly kind: 'secret'; readonly kept?: KeptSecret }
  /** `per`: so many of the document's units are one of those that people think in (1,000 ms, a second). */
  | { readonly kind: 'number'; readonly default?: number; readonly per?: number }
  /** A time, typed in the viewer's zone. */
  | { readonly kind: 'instant' }
  | { readonly kind: 'switch'; readonly default?: boolean }
  | { readonly kind: 'choice'; readonly options: readonly Option[]; readonly default?: string }
  /** Several of a few. */
  | { readonly kind: 'choices'; readonly options: readonly Option[] }
  /** `rows`: a line for each, of what fits into one; `isOrdered` false: their order says nothing. */
  | {
      readonly kind: 'list'
      readonly item: Field
      readonly look?: 'rows'
      readonly isOrdered?: boolean
      readonly default?: readonly unknown[]
    }
  /** An object of texts under names that are not known beforehand: two columns. */
  | { readonly kind: 'pairs'; readonly default?: Readonly<Record<string, unknown>> }
  | { readonly kind: 'group'; readonly fields: readonly NamedField[] }
  /** One of several groups, told apart by one of their fields. */
  | {
      readonly kind: 'variants'
      readonly by: string
      /** What the choice between them is called; then they stand below one another. */
      readonly byLabel?: string
      readonly variants: readonly Variant[]
      readonly default?: unknown
    }
  /** Everything else, as JSON. */
  | { readonly kind: 'json'; readonly default?: unknown }

export interface NamedField {
  readonly name: string
  readonly label: string
  readonly hint?: string
  readonly isRequired: boolean
  readonly field: Field
}

export interface Variant {
  readonly value: string
  readonly label?: string
  readonly hint?: string
  readonly fields: readonly NamedField[]
}

/** How a stored secret ends; nothing when that would tell too much. */
export interface KeptSecret {
  readonly last4: string
}

export function group(...fields: NamedField[]): Field & { readonly kind: 'group' } {
  return { kind: 'group', fields }
}

/** `measurementId` → `Measurement ID`. */
export function labelOf(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/[_-]+/g, ' ')
  const known = words.toLowerCase().replace(/\b(id|url|api|ips?|arns?|ms)\b/g, (word) => KNOWN[word] ?? word)
  return known.slice(0, 1).toUpperCase() + known.slice(1)
}

const KNOWN: Readonly<Record<string, string>> = {
  id: 'ID',
  url: 'URL',
  api: 'API',
  ip: 'IP',
  ips: 'IPs',
  arn: 'ARN',
  arns: 'ARNs',
  ms: 'ms',
}
