import { z } from 'zod'

/** What the lists of types have in common: how a type is called, and its settings as a form is made of them. */
export const TYPE_SETTINGS = {
  title: z.string(),
  about: z.string(),
  settings: z.record(z.string(), z.json()).meta({ description: 'JSON Schema' }),
  secrets: z
    .array(z.string())
    .meta({ description: 'Settings that are written and never read back; inside of others, as paths' }),
}
