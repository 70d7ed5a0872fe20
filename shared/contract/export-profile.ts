import { z } from 'zod'
import { ConsentChangeDocument, ConsentsDocument } from '../consent/document.ts'
import { EventDocument, IdentityDocument, ProfileDocument } from '../profile/document.ts'
import { defineContract } from './contract.ts'
import { ProfileReference } from './profile-reference.ts'

export const ProfileExport = z
  .object({
    exportedAt: z.string().meta({ description: 'ISO 8601, UTC, milliseconds', format: 'date-time' }),
    profile: ProfileDocument.meta({ description: 'With `traitMeta`' }),
    identity: IdentityDocument.omit({ path: true }),
    consents: ConsentsDocument,
    consentHistory: z.array(ConsentChangeDocument).meta({ description: 'Newest first' }),
    events: z.array(EventDocument).meta({ description: 'The whole timeline, newest first' }),
  })
  .meta({ id: 'ProfileExport' })
export type ProfileExport = z.infer<typeof ProfileExport>

export const exportProfile = defineContract({
  name: 'exportProfile',
  method: 'get',
  path: '/api/v1/profiles/{ref}/export',
  group: 'Profiles',
  scope: 'profiles:read',
  masking: 'refused',
  summary: 'Everything held about a person, as one JSON document',
  description:
    'For a person who asks what is known of them. Events that the timeline has forgotten by age or number are in the archive ' +
    'only. A document that ends before its last brace is not whole: the person changed hands while it was written.',
  params: ProfileReference,
  reply: ProfileExport,
  failures: ['not_found'],
})
