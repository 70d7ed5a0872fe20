import { z } from 'zod'
import { HoldReason, type HoldRow, placesIn } from '../../platform/quality-holds.ts'
import type { HoldDocument } from '../../shared/contract/list-quality-holds.ts'
import { toIso } from '../../shared/kernel/instant.ts'

const Reasons = z.array(HoldReason)

export function holdDocument(row: HoldRow): HoldDocument {
  const { id, border, tbl, hour, state, rows, reasons, released_by, created_at, updated_at } = row
  return {
    id,
    border,
    table: tbl,
    hour: hour === 0 ? null : toIso(hour),
    state,
    rows,
    objects: placesIn(row).length,
    reasons: Reasons.parse(JSON.parse(reasons)),
    releasedBy: released_by,
    createdAt: toIso(created_at),
    updatedAt: toIso(updated_at),
  }
}
