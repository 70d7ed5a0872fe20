import { z } from 'zod'
import { IdentitySettings } from '../identity/identity-settings.ts'
import { WorkspaceSettings } from './workspace-config.ts'

/**
 * A change of settings as a JSON merge patch (RFC 7396): what is named changes, `null` goes back to the default, what is
 * not named stays, lists are replaced as a whole. Unknown settings are refused: they are most often a spelling mistake.
 */
const settings = WorkspaceSettings.shape
const identity = IdentitySettings.shape

/** A setting as a patch may have it: its own bounds, without its default, or null. */
function change<T extends z.ZodType>(setting: z.ZodDefault<T>) {
  return setting.unwrap().nullable().optional()
}

export const WorkspacePatch = z
  .strictObject({
    windowMs: change(settings.windowMs),
    graceMs: change(settings.graceMs),
    lateEvents: change(settings.lateEvents),
    profileRatePerMinute: change(settings.profileRatePerMinute),
    identity: z
      .strictObject({
        types: z.record(z.string(), identity.types.unwrap().valueType.nullable()).nullable().optional(),
        sharedAfterAnchors: change(identity.sharedAfterAnchors),
        blockedValues: change(identity.blockedValues),
      })
      .nullable()
      .optional(),
  })
  .meta({ id: 'WorkspacePatch' })
export type WorkspacePatch = z.infer<typeof WorkspacePatch>
