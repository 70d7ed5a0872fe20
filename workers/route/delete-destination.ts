import { ConfigStore } from '../../platform/config-store.ts'
import { deleteDestination } from '../../shared/contract/delete-destination.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { NO_DESTINATION, wakeLanes } from './destination-documents.ts'

/** The row goes, and with it the secrets; the lanes throw away what waits. */
export const deleteDestinationRoute = serve(deleteDestination, async ({ params: { destinationId } }, call) => {
  const { env, workspace } = call
  const [deleted] = await env.DB.batch<{ id: string }>([
    env.DB.prepare('DELETE FROM destinations WHERE workspace = ? AND id = ? RETURNING id').bind(
      workspace,
      destinationId,
    ),
    auditIfChanged(call, 'deleteDestination', { destinationId }),
  ])
  if (!deleted?.results[0]) return err(NO_DESTINATION)
  await new ConfigStore(env.DB).destinations(workspace, (all) => all.every(({ id }) => id !== destinationId))
  await wakeLanes(call, destinationId, 0)
  return ok(null)
})
