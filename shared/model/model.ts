import { z } from 'zod'
import type { FieldError } from '../kernel/failure.ts'
import { Schedule } from '../plugin/schedule.ts'
import { ClickHouseSettings } from '../warehouse/type/clickhouse.ts'
import { PostgresSettings } from '../warehouse/type/postgres.ts'
import { selectFault } from './single-select.ts'

/**
 * A query over somebody's warehouse whose rows become events (docs/reverse-etl.md): which rows, what tells them apart, and
 * what each is told as.
 */
export const MODEL_MODES = ['identify', 'track', 'destination'] as const
export const ON_REMOVED = ['ignore', 'null_traits', 'track'] as const
export const MOST_ROWS = 5_000_000

export const ColumnRef = z.string().min(1).max(128)
const Name = z.string().min(1).max(200)

/** Columns by the name they go under; `*`: all that are not named elsewhere, under their own. */
const Fields = z.union([z.literal('*'), z.record(Name, ColumnRef)])

export const ModelMap = z.strictObject({
  userId: ColumnRef.optional(),
  anonymousId: ColumnRef.optional(),
  traits: Fields.optional().meta({ description: 'Of identify; `*` unless said' }),
  event: Name.optional().meta({ description: 'Of track: the name of every event' }),
  properties: Fields.optional().meta({ description: 'Of track; `*` unless said' }),
  timestamp: ColumnRef.optional().meta({ description: 'When it happened; the time of the run unless said' }),
})
export type ModelMap = z.infer<typeof ModelMap>

export const ModelDefinition = z.strictObject({
  query: z.string().trim().min(1).max(50_000),
  primaryKey: ColumnRef.meta({ description: 'The column that tells rows apart' }),
  cursor: ColumnRef.nullable().default(null).meta({
    description: 'A column that only grows (updated_at): only rows beyond the last run are read, and none is missed',
  }),
  map: ModelMap,
  mode: z.enum(MODEL_MODES),
  destination: z.string().max(100).nullable().default(null).meta({ description: 'Of mode `destination`: its id' }),
  schedule: Schedule.nullable().default(null).meta({ description: 'Null: only when asked for' }),
  onRemoved: z.enum(ON_REMOVED).default('ignore'),
  removedEvent: Name.default('Row Removed'),
  maxRows: z.int().min(1).max(MOST_ROWS).default(1_000_000).meta({ description: 'A query with more fails the run' }),
})
export type ModelDefinition = z.infer<typeof ModelDefinition>

/** Where a query is carried out; `lake` is run by the command line (`npx tributary models run NAME`). */
export const MODEL_SOURCES = {
  postgres: {
    settings: PostgresSettings.omit({ schema: true }),
    secrets: ['password'],
    addresses: [] as readonly string[],
  },
  clickhouse: { settings: ClickHouseSettings, secrets: ['password'], addresses: ['url'] },
  lake: { settings: z.strictObject({}), secrets: [] as readonly string[], addresses: [] as readonly string[] },
} as const
export const MODEL_SOURCE_TYPES = ['postgres', 'clickhouse', 'lake'] as const
export type ModelSourceType = (typeof MODEL_SOURCE_TYPES)[number]

/** What does not fit together, by field. */
export function modelFaults(definition: ModelDefinition): readonly FieldError[] {
  const { query, map, mode, destination, onRemoved, cursor } = definition
  const faults: FieldError[] = []
  const fault = (path: string, message: string) => faults.push({ path, message })
  const select = selectFault(query)
  if (select) fault('query', select)
  if (map.userId === undefined && map.anonymousId === undefined)
    fault('map.userId', 'is needed, or anonymousId: a row is about somebody')
  if (mode === 'track' && map.event === undefined) fault('map.event', 'is needed for track')
  if (mode === 'identify' && (map.event ?? map.properties) !== undefined)
    fault('map.event', 'is for track: identify has traits')
  if (mode === 'destination' && destination === null) fault('destination', 'is needed for mode destination')
  if (mode !== 'destination' && destination !== null) fault('destination', 'is for mode destination')
  if (onRemoved !== 'ignore' && cursor !== null)
    fault('onRemoved', 'must be ignore with a cursor: rows that did not change are not read, and cannot be missed')
  if (onRemoved === 'null_traits' && isTracked(definition)) fault('onRemoved', 'null_traits is for traits')
  return faults
}

/** Whether rows are told as track events; else as traits. */
export function isTracked({ mode, map }: Pick<ModelDefinition, 'mode' | 'map'>): boolean {
  return mode === 'track' || (mode === 'destination' && map.event !== undefined)
}
