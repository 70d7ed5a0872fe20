import { z } from 'zod'
import { SOURCE_KINDS, SourceSettings } from '../config/source-settings.ts'
import { defineContract } from './contract.ts'
import { NewSourceDocument, Provider, SourceName } from './source-document.ts'

export const createSource = defineContract({
  name: 'createSource',
  method: 'post',
  path: '/api/v1/sources',
  group: 'Operations',
  scope: 'sources:write',
  summary: 'Make a source: an app that sends',
  description:
    'Answers with its write key; for `server` also with an app key and a secret key, which is shown once; for `webhook` ' +
    'also with the address that the provider posts to. Secret settings are encrypted and never read back.',
  body: z
    .strictObject({
      name: SourceName,
      kind: z.enum(SOURCE_KINDS),
      provider: Provider.nullish(),
      enabled: z.boolean().default(true),
      settings: SourceSettings.default({}),
    })
    .refine(({ kind, provider }) => kind !== 'webhook' || provider != null, {
      path: ['provider'],
      message: 'is required for a webhook: its name is part of the address',
    })
    .refine(({ kind, provider }) => kind === 'webhook' || provider == null, {
      path: ['provider'],
      message: 'is only for a source of kind webhook',
    }),
  reply: NewSourceDocument,
  status: 201,
  failures: ['conflict', 'unprocessable'],
})
