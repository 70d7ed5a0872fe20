import { z } from 'zod'

/** Settings that several types of plugins have alike. */
export const ServiceUrl = z.url('must be an address').max(2_000).meta({ description: 'Where to post; https' })

export const ServiceSecret = z
  .string()
  .min(8)
  .max(500)
  .meta({ description: '`whsec_` and base64, or any text; signs what is posted' })

/** The prefix keeps a workspace from naming a binding of ours. */
export const BINDING = /^PLUGIN_[A-Z0-9_]{1,60}$/

export const ServiceBinding = z
  .string()
  .regex(BINDING, 'must be the name of a service binding: PLUGIN_ and A-Z, 0-9, _')
  .meta({ description: 'Name of a service binding in wrangler.toml' })

export const Options = z
  .record(z.string().min(1).max(100), z.json())
  .default({})
  .refine((options) => JSON.stringify(options).length <= 8_000, 'must not have more than 8000 characters')
  .meta({ description: 'Handed to the code with each call, as it is; no place for secrets' })
