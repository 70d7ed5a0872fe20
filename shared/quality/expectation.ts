import { z } from 'zod'
import type { FieldError } from '../kernel/failure.ts'
import { parseDuration } from '../kernel/instant.ts'
import { isObject, type JsonObject } from '../kernel/json.ts'
import { GOLD, GOLD_TABLES, SILVER, type Table } from '../lake/columns.ts'
import { compilePattern } from '../tracking-plan/pattern.ts'

/**
 * What is expected of data before they may go further (docs/quality.md). A border is named after the layer it leads into:
 * what arrived, what compaction makes of it, what is known of people, what leaves.
 */
export const BORDERS = ['bronze', 'silver', 'gold', 'activation'] as const
export type Border = (typeof BORDERS)[number]

/** Only `hard` holds anything; the others are told. */
export const SEVERITIES = ['info', 'warn', 'hard'] as const
export type Severity = (typeof SEVERITIES)[number]

/** `lines`: every copy that was accepted, whatever became of it. */
export const QUALITY_TABLES = ['lines', 'events', 'own_events', ...GOLD_TABLES] as const
export type QualityTable = (typeof QUALITY_TABLES)[number]

/** Columns of `lines` (shared/quality/line-row.ts). */
const LINES: Table = {
  schema: 1,
  columns: ['source', 'message_id', 'canonical_id', 'outcome', 'reason', 'type'].map((name) => ({
    name,
    type: 'text',
  })),
}

/** Shares of copies that need no column: what became of them, or of their links. */
export const RATIOS = ['late', 'duplicate', 'dropped', 'rejected', 'dead_letter', 'refused_links', 'values'] as const
export type Ratio = (typeof RATIOS)[number]

const Share = z.number().min(0).max(1)
/** A share of three rows says nothing. */
const MinRows = z.int().min(1).max(1_000_000)
const Duration = z.string().refine((text) => parseDuration(text) !== undefined, 'is no duration such as 6h or 2d')
const Values = z
  .array(z.union([z.string().max(500), z.number(), z.boolean()]))
  .min(1)
  .max(200)

const tolerant = { share: Share.default(0), minRows: MinRows.default(1) }

/** What a kind is told, by kind. */
export const PARAMS = {
  not_null: z.strictObject(tolerant),
  unique: z.strictObject(tolerant),
  range: z.strictObject({ min: z.number().optional(), max: z.number().optional(), ...tolerant }),
  set: z.strictObject({ values: Values, ...tolerant }),
  pattern: z.strictObject({ pattern: z.string().min(1).max(500), ...tolerant }),
  freshness: z.strictObject({ maxAge: Duration }),
  volume: z.strictObject({ tolerance: z.number().min(0).max(100).default(0.5), minRows: MinRows.default(100) }),
  referential: z.strictObject({ table: z.enum(GOLD_TABLES), column: z.string().min(1).max(100), ...tolerant }),
  ratio: z.strictObject({
    of: z.enum(RATIOS),
    values: Values.optional(),
    min: Share.default(0),
    max: Share.default(1),
    minRows: MinRows.default(100),
  }),
} as const
export type ExpectationKind = keyof typeof PARAMS
export const KINDS = Object.keys(PARAMS) as ExpectationKind[]

/** One as it is kept and judged; `faultsOf` says whether its parts fit together. */
export const Expectation = z.object({
  id: z.string(),
  border: z.enum(BORDERS),
  table: z.enum(QUALITY_TABLES),
  column: z.string().min(1).max(200).nullable(),
  kind: z.enum(KINDS as [ExpectationKind, ...ExpectationKind[]]),
  params: z.custom<JsonObject>(isObject),
  severity: z.enum(SEVERITIES),
  enabled: z.boolean(),
})
export type Expectation = z.infer<typeof Expectation>

/** The params of a kind. They were checked when the expectation was saved. */
export function paramsOf<K extends ExpectationKind>(kind: K, expectation: Expectation): z.output<(typeof PARAMS)[K]> {
  return PARAMS[kind].parse(expectation.params) as z.output<(typeof PARAMS)[K]>
}

const isSilver = (table: QualityTable): table is 'events' | 'own_events' => table === 'events' || table === 'own_events'

/** Where an expectation of a table stands when nobody says: silver's age and amount are looked at before gold is made. */
export function borderOf(table: QualityTable, kind: ExpectationKind): Border {
  if (table === 'lines') return 'bronze'
  if (isSilver(table)) return kind === 'freshness' || kind === 'volume' ? 'gold' : 'silver'
  return 'gold'
}

/** What is wrong with an expectation, by field. */
export function faultsOf(expectation: Omit<Expectation, 'id'>): readonly FieldError[] {
  const { border, table, column, kind, params } = expectation
  const read = PARAMS[kind].safeParse(params)
  if (!read.success)
    return read.error.issues.map(({ path, message }) => ({ path: ['params', ...path].join('.'), message }))
  const usual = borderOf(table, kind)
  const isLeaving = border === 'activation' && usual === 'gold' && !isSilver(table)
  if (border !== usual && !isLeaving) return [{ path: 'border', message: `is ${usual} for ${kind} of ${table}` }]
  if (border === 'activation' && kind !== 'freshness')
    return [{ path: 'border', message: 'only freshness is looked at when data leave; gold is judged when it is made' }]
  return [...columnFaults(table, column, kind), ...kindFaults(expectation)]
}

function columnFaults(table: QualityTable, column: string | null, kind: ExpectationKind): readonly FieldError[] {
  const needs = !['freshness', 'volume', 'ratio'].includes(kind)
  if (column === null) return needs ? [{ path: 'column', message: `is needed for ${kind}` }] : []
  const [name] = column.split('.')
  const columns = tableOf(table).columns
  const found = columns.find((one) => one.name === name)
  if (!found) return [{ path: 'column', message: `is none of ${table}: ${columns.map((one) => one.name).join(', ')}` }]
  if (column.includes('.') && found.type !== 'json')
    return [{ path: 'column', message: `${name} has nothing inside: it is no object` }]
  return []
}

function kindFaults({ table, column, kind, params }: Omit<Expectation, 'id'>): readonly FieldError[] {
  if (kind === 'pattern') {
    const pattern = compilePattern(String(params['pattern']))
    return pattern.ok ? [] : [{ path: 'params.pattern', message: pattern.failure }]
  }
  if (kind === 'range' && params['min'] === undefined && params['max'] === undefined)
    return [{ path: 'params', message: 'names min, max, or both' }]
  if (kind === 'volume' && !isSilver(table))
    return [{ path: 'table', message: 'volume is counted of events and own_events' }]
  if (kind === 'referential') return referenceFaults(table, params)
  if (kind !== 'ratio') return []
  if (params['of'] === 'values')
    return column === null || params['values'] === undefined
      ? [{ path: 'params.values', message: 'a share of values needs them, and a column' }]
      : []
  if (table === 'lines' || (params['of'] === 'late' && isSilver(table))) return []
  return [{ path: 'params.of', message: `is known of lines, and not of ${table}` }]
}

function referenceFaults(table: QualityTable, params: Expectation['params']): readonly FieldError[] {
  if (table === 'lines' || isSilver(table))
    return [{ path: 'table', message: 'only tables of gold are built together, so that one can refer to another' }]
  const target = GOLD[params['table'] as keyof typeof GOLD]
  const isThere = target.columns.some(({ name }) => name === params['column'])
  return isThere ? [] : [{ path: 'params.column', message: `is none of ${String(params['table'])}` }]
}

export function tableOf(table: QualityTable): Table {
  if (table === 'lines') return LINES
  return isSilver(table) ? SILVER[table] : GOLD[table]
}
