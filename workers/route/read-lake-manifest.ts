import { ConfigStore } from '../../platform/config-store.ts'
import { ownPlaces } from '../../platform/lake-own-lines.ts'
import { lakeSnapshot } from '../../platform/lake-reader.ts'
import { defaultSettings } from '../../shared/config/workspace-config.ts'
import { readLakeManifest } from '../../shared/contract/read-lake-manifest.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { bronzeKey } from '../../shared/lake/lake-key.ts'
import { serve } from '../http/serve.ts'

export const readLakeManifestRoute = serve(readLakeManifest, async (_, { env, workspace, now }) => {
  // The manifests of the days are files that never change: who wants them reads them.
  const { root, tail } = await lakeSnapshot(env.LAKE, workspace, { from: 'none' })
  const config = await new ConfigStore(env.DB).workspace(workspace)
  if (config === 'unreadable') return err(failure('unavailable', 'the settings cannot be read at the moment'))
  const own = await ownPlaces(env.LAKE, workspace, tail)
  return ok({
    workspace,
    at: toIso(now),
    root,
    tail: own.map(({ stream, hour, name }) => bronzeKey(stream, hour, name)),
    settings: config === 'unknown' ? defaultSettings : config.settings,
  })
})
