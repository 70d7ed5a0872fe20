import type { PlanEntry } from '../durable-objects/plan-object.ts'
import { planStub } from '../platform/stubs.ts'
import { countFindings, type PlanTally } from '../shared/tracking-plan/plan-tally.ts'
import { type Unit, workspaceOf } from './copy.ts'

/** Counts what the plans found in decided messages; nothing is told of a workspace without plans. */
export async function countPlans(env: Env, units: readonly Unit[]): Promise<void> {
  const now = Date.now()
  const byWorkspace = Map.groupBy(units, workspaceOf)
  await Promise.all(
    [...byWorkspace].map(async ([workspace, mine]) => {
      const entries = mine.flatMap(planEntry)
      if (entries.length > 0) await planStub(env, workspace).record(now, entries)
    }),
  )
}

function planEntry(unit: Unit): readonly PlanEntry[] {
  const tally: PlanTally = {}
  for (const { planned } of unit.copies) if (planned) countFindings(tally, planned.findings, planned.event)
  if (Object.keys(tally).length === 0) return []
  return [{ message: unit.copies[0]?.copyId ?? unit.message.id, tally }]
}
