import type { Actor } from '../platform/audit.ts'
import { changeDefinitions, updateDefinition } from '../platform/change-definitions.ts'
import { ok } from '../shared/kernel/result.ts'
import { listCondition } from '../shared/segment/list-mark.ts'

/**
 * The end of an import of members. A list that is replaced now asks for the marks of this import, as a new version:
 * whoever has an older one leaves. Repeatable; a newer import that was faster, another definition and a deletion stand.
 */
export async function finishList(
  actor: Actor,
  { segment: key, at, replace }: { readonly segment: string; readonly at: number; readonly replace: boolean },
): Promise<void> {
  const { env, workspace } = actor
  if (replace) {
    const changed = await changeDefinitions(actor, async ({ segments }) => {
      const row = segments.get(key)
      if (row?.kind !== 'file' || sinceOf(row.definition) >= at) return ok(undefined)
      const { name, description } = row
      const definition = JSON.stringify(listCondition(key, at))
      const statements = updateDefinition(actor, 'segment', { key, name, description, definition, kind: 'file' }, true)
      return ok({ statements, act: 'replaceSegmentMembers', detail: { key }, build: [key] })
    })
    if (!changed.ok) throw new Error(changed.failure.detail)
  }
  // With its first import a list is complete; a version that a job still builds is left to that.
  await env.DB.prepare(
    `UPDATE segments SET built_version = version WHERE workspace = ?1 AND key = ?2 AND kind = 'file' AND built_version = 0
       AND NOT EXISTS (SELECT 1 FROM jobs WHERE workspace = ?1 AND kind = 'build-segment'
         AND state IN ('queued', 'running') AND json_extract(input, '$.key') = ?2)`,
  )
    .bind(workspace, key)
    .run()
}

function sinceOf(definition: string): number {
  return Number((JSON.parse(definition) as { value?: unknown }).value)
}
