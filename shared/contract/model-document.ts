import { z } from 'zod'
import { SecretHint } from '../config/source-settings.ts'
import { MODEL_SOURCE_TYPES, ModelDefinition } from '../model/model.ts'

export const ModelName = z.string().trim().min(1).max(200).meta({ description: 'Of its own within the workspace' })

export const ModelSourceBody = z.strictObject({
  type: z.enum(MODEL_SOURCE_TYPES).meta({ description: '`lake`: the query is run by npx tributary models run' }),
  settings: z.record(z.string().max(100), z.json()).default({}).meta({
    description:
      'postgres: `host`, `port`, `database`, `user`, `password`, `tls`; clickhouse: `url`, `user`, `password`, `database`',
  }),
})

const { query, primaryKey, cursor, map, mode, destination, schedule, onRemoved, removedEvent, maxRows } =
  ModelDefinition.shape

/** What a model is, beside its name and where its rows are. */
export const ModelFields = {
  query: query.meta({ description: 'One SELECT; anything else is refused' }),
  primaryKey,
  cursor: cursor.nullish(),
  map,
  mode,
  destination: destination.nullish(),
  schedule: schedule.nullish(),
  onRemoved: onRemoved.optional(),
  removedEvent: removedEvent.optional(),
  maxRows: maxRows.optional(),
}

const Time = z.string().meta({ format: 'date-time' })

export const ModelDocument = z
  .object({
    id: z.string(),
    name: ModelName,
    source: z.object({
      type: z.enum(MODEL_SOURCE_TYPES),
      settings: z.record(z.string(), z.union([SecretHint, z.json()])),
    }),
    query: z.string(),
    primaryKey: z.string(),
    cursor: z.string().nullable(),
    map: ModelDefinition.shape.map,
    mode: ModelDefinition.shape.mode,
    destination: z.string().nullable(),
    schedule: z.json().nullable(),
    onRemoved: z.enum(['ignore', 'null_traits', 'track']),
    removedEvent: z.string(),
    maxRows: z.int(),
    enabled: z.boolean(),
    version: z.int(),
    createdAt: Time,
    updatedAt: Time,
  })
  .meta({ id: 'Model' })
export type ModelDocument = z.input<typeof ModelDocument>

export const ModelReference = z.object({ modelId: z.string().min(1).max(100) })

export const ModelRunDocument = z
  .object({
    jobId: z.string(),
    run: z.string(),
    state: z.string(),
    dryRun: z.boolean(),
    reason: z.string().nullable(),
    rows: z.int(),
    added: z.int(),
    changed: z.int(),
    removed: z.int(),
    unchanged: z.int(),
    failed: z.int(),
    skipped: z.int().meta({ description: 'Of mode `destination`: left out by its rules, consent among them' }),
    reasons: z.record(z.string(), z.int()).meta({ description: 'Why rows failed or were skipped, and how many' }),
    failures: z.array(z.object({ key: z.string(), reason: z.string() })).meta({ description: 'Some of them' }),
    samples: z
      .array(z.object({ key: z.string(), change: z.string(), item: z.json() }))
      .meta({ description: 'Of a dry run: some of what would be told' }),
    startedAt: Time,
    updatedAt: Time,
  })
  .meta({ id: 'ModelRun' })
export type ModelRunDocument = z.input<typeof ModelRunDocument>
