import type { z } from 'zod'
import { jsonOf } from '../shared/kernel/json.ts'
import type { PipelineConfig } from '../shared/pipeline/pipeline-config.ts'
import { TrackingPlanDocument } from '../shared/tracking-plan/tracking-plan.ts'
import { TransformationDocument } from '../shared/transform/transformation.ts'
import { log } from './log.ts'
import { PLUGIN_COLUMNS, type PluginRow, readablePlugin } from './plugin-row.ts'

/** Of all three tables; what not all of them have is only read where it is. */
type Row = PluginRow

/** One read of all three lists. What this code cannot read is left out and reported: one bad row must not stop the rest. */
export async function readPipeline(db: D1Database, workspace: string): Promise<PipelineConfig> {
  const [transformations, plans, plugins] = await db.batch<Row>([
    db
      .prepare(
        'SELECT id, name, enabled, document, version FROM transformations WHERE workspace = ? ORDER BY position, id',
      )
      .bind(workspace),
    db
      .prepare('SELECT id, name, document, version FROM tracking_plans WHERE workspace = ? ORDER BY id')
      .bind(workspace),
    db.prepare(`SELECT ${PLUGIN_COLUMNS} FROM plugins WHERE workspace = ? ORDER BY position, id`).bind(workspace),
  ])
  return {
    workspace,
    transformations: (transformations?.results ?? []).flatMap((row) =>
      read(row, TransformationDocument, 'transformation', workspace).map((document) => ({
        ...document,
        ...named(row),
        enabled: row.enabled === 1,
      })),
    ),
    plans: (plans?.results ?? []).flatMap((row) =>
      read(row, TrackingPlanDocument, 'tracking plan', workspace).map((document) => ({ ...document, ...named(row) })),
    ),
    plugins: (plugins?.results ?? []).flatMap(readablePlugin),
  }
}

function named({ id, name, version }: Row) {
  return { id, name, version }
}

function read<T>(row: Row, schema: z.ZodType<T>, what: string, workspace: string): readonly T[] {
  const parsed = schema.safeParse(jsonOf(row.document))
  if (parsed.success) return [parsed.data]
  log.error(`config: a ${what} is not readable`, { workspace_id: workspace, id: row.id, fault: parsed.error })
  return []
}
