import { z } from 'zod'
import { OpenSourceSettings, SecretHint, SOURCE_KINDS } from '../config/source-settings.ts'

/** A source as its operators see it. Secret settings show only that they are there, and how they end. */
export const SourceDocument = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(SOURCE_KINDS),
    enabled: z.boolean(),
    provider: z.string().nullable().meta({ description: 'Who posts to it; only of a webhook' }),
    writeKey: z.string().meta({ description: 'The newest. It is public: it may stand in a web page' }),
    livingWriteKeys: z.int().meta({ description: 'How many are accepted; more than one after a rotation' }),
    appKey: z.string().optional().meta({ description: 'Names a server source; its secret key proves it' }),
    livingSecretKeys: z.int().optional(),
    hookUrl: z.string().optional().meta({ description: 'Where the provider of a webhook posts to' }),
    settings: OpenSourceSettings.extend({
      secrets: z.array(SecretHint).optional(),
      basicAuth: z.object({ user: z.string() }).optional(),
      bearerToken: SecretHint.optional(),
      verifyToken: SecretHint.optional(),
    }),
    version: z.int().meta({ description: 'Rises with every change' }),
    createdAt: z.string().meta({ format: 'date-time' }),
  })
  .meta({ id: 'Source' })
export type SourceDocument = z.output<typeof SourceDocument>

/** With what is shown once. */
export const NewSourceDocument = SourceDocument.extend({
  secretKey: z.string().optional().meta({ description: 'Of a server source. Shown once: nobody can read it again' }),
}).meta({ id: 'NewSource' })

export const SourceReference = z.object({ sourceId: z.string().min(1).max(100) })

export const WhichKey = z.enum(['writeKey', 'secretKey']).meta({ description: '`secretKey` only of a server source' })

export const SourceName = z.string().trim().min(1).max(200)

export const Provider = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be the name of a provider or connector')
  .meta({ description: 'sendgrid, stripe, …, or the name of a connector' })
