import { isSupportedCountry } from 'libphonenumber-js/min'
import { z } from 'zod'
import { ConsentRegion } from '../consent/consent-settings.ts'
import { EnrichPatch } from '../enrich/enrich-settings.ts'
import { IdentifierTypeChanges, IdentitySettings } from '../identity/identity-settings.ts'
import { MATCH_FIELDS, MatchingSettings } from '../identity/matching-settings.ts'
import { PipelineSettings, Stages } from './pipeline-settings.ts'
import { PrivacySettings } from './privacy-settings.ts'
import { RetentionSettings } from './retention-settings.ts'
import { TrackingSettings } from './tracking-settings.ts'
import { WorkspaceSettings } from './workspace-config.ts'

/**
 * A change of settings as a JSON merge patch (RFC 7396): what is named changes, `null` goes back to the default, what is
 * not named stays, lists are replaced as a whole. Unknown settings are refused: they are most often a spelling mistake.
 */
const settings = WorkspaceSettings.shape
const identity = IdentitySettings.shape
const type = IdentifierTypeChanges.shape
const matching = MatchingSettings.shape
const pipeline = PipelineSettings.shape
/** What silence means, by channel or purpose. */
const silence = z
  .record(z.string().min(1).max(100), z.enum(['granted', 'denied']).nullable())
  .nullable()
  .optional()

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
        types: z
          .record(
            z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'the name of a type is 1 to 64 letters, digits, _ . or -'),
            z
              .strictObject({
                priority: type.priority.nullable(),
                limit: type.limit.nullable(),
                windowMs: type.windowMs.nullable(),
                blockedValues: type.blockedValues.nullable(),
              })
              .partial()
              .nullable(),
          )
          .nullable()
          .optional(),
        sharedAfterAnchors: change(identity.sharedAfterAnchors),
        blockedValues: change(identity.blockedValues),
        uniqueType: change(identity.uniqueType),
        defaultCountry: identity.defaultCountry
          .unwrap()
          .refine(isSupportedCountry, 'is no country whose phone numbers are known')
          .nullable()
          .optional(),
        sharedDevice: change(identity.sharedDevice),
        growthAlarm: change(identity.growthAlarm),
        anonymousDays: change(identity.anonymousDays),
        matching: z
          .strictObject({
            mode: change(matching.mode),
            reviewAbove: change(matching.reviewAbove),
            mergeAbove: change(matching.mergeAbove),
            fields: z.record(z.string().min(1).max(200), z.enum(MATCH_FIELDS).nullable()).nullable().optional(),
          })
          .nullable()
          .optional(),
      })
      .nullable()
      .optional(),
    retention: z
      .strictObject({
        timelineDays: change(RetentionSettings.shape.timelineDays),
        bronzeDays: change(RetentionSettings.shape.bronzeDays),
        silverDays: change(RetentionSettings.shape.silverDays),
      })
      .nullable()
      .optional(),
    consent: z
      .strictObject({
        absent: silence,
        regions: z.record(ConsentRegion, silence).nullable().optional(),
        expiresAfterDays: z
          .record(z.string().min(1).max(100), z.int().min(1).max(36_500).nullable())
          .nullable()
          .optional(),
        traits: z.record(z.string().min(1).max(255), z.string().min(1).max(100).nullable()).nullable().optional(),
      })
      .nullable()
      .optional(),
    pipeline: z
      .strictObject({
        stages: change(pipeline.stages),
        sources: z
          .record(
            z.string(),
            z
              .strictObject({ stages: Stages.nullable().optional(), enrich: EnrichPatch.nullable().optional() })
              .nullable(),
          )
          .nullable()
          .optional(),
        enrich: EnrichPatch.nullable().optional(),
      })
      .nullable()
      .optional(),
    privacy: z
      .strictObject({
        analystsMayUnmask: change(PrivacySettings.shape.analystsMayUnmask),
        personalNames: change(PrivacySettings.shape.personalNames),
      })
      .nullable()
      .optional(),
    tracking: z
      .strictObject({
        domain: TrackingSettings.shape.domain.unwrap().nullable().optional(),
        linkDays: change(TrackingSettings.shape.linkDays),
        keepKeysDays: change(TrackingSettings.shape.keepKeysDays),
      })
      .nullable()
      .optional(),
  })
  .meta({ id: 'WorkspacePatch' })
export type WorkspacePatch = z.infer<typeof WorkspacePatch>
