import { z } from 'zod'
import type { JsonObject } from '../kernel/json.ts'
import { Path } from '../segment/path.ts'
import type { OnFailure } from './plugin-config.ts'

/**
 * A plugin type is a value: what it is called, what may be set, which fields it may write, and whose code it runs. Forms,
 * docs and checks come from the same value.
 *
 *   input         turns foreign payloads into messages (a provider or connector of a webhook source)
 *   blocking      asked before the event goes on; may change declared fields, or drop it
 *   non-blocking  hears of what happened; can change nothing
 *   batch         a scheduled job over many people
 */
export const PLUGIN_KINDS = ['input', 'blocking', 'non-blocking', 'batch'] as const
export type PluginKind = (typeof PLUGIN_KINDS)[number]

/** Whose code it is, and so which part of platform/ runs it. */
export type PluginCode =
  /** Ours: one event in, an answer out (shared/plugin/answer.ts); must not wait and must not throw. */
  | { readonly by: 'built-in'; readonly run: (event: JsonObject, settings: JsonObject) => unknown }
  /** A service at `settings.url`, called with a signature under `settings.secret`. */
  | { readonly by: 'remote' }
  /** A Worker bound to this one as `settings.binding`. */
  | { readonly by: 'binding' }
  /** JavaScript of the workspace, in `settings.code`. */
  | { readonly by: 'customer-code' }
  /** What a lane delivers to; the type of destination that it then is. */
  | { readonly by: 'lane'; readonly destination: string }

export interface PluginManifest {
  /** As in `POST /api/v1/plugins { "type" }`. */
  readonly name: string
  readonly title: string
  /** One line for the docs. */
  readonly about: string
  readonly kind: PluginKind
  readonly settings: z.ZodObject
  /** Settings that are encrypted at rest and never read back. */
  readonly secrets: readonly string[]
  /** Settings that are addresses: checked when they are saved, and again at each call. */
  readonly addresses: readonly string[]
  /** Of a blocking one: the fields it may write, or that `settings.writes` names them. */
  readonly writes: readonly string[] | 'settings'
  readonly timeoutMs: number
  readonly onFailure: OnFailure
  readonly code: PluginCode
}

interface Definition<S extends z.ZodObject> {
  readonly name: string
  readonly title: string
  readonly about: string
  readonly kind: PluginKind
  readonly settings: S
  readonly secrets?: readonly (keyof z.output<S> & string)[]
  readonly addresses?: readonly (keyof z.output<S> & string)[]
  readonly writes?: readonly string[] | 'settings'
  readonly timeoutMs?: number
  readonly onFailure?: OnFailure
  readonly code:
    | Exclude<PluginCode, { by: 'built-in' }>
    | { readonly by: 'built-in'; readonly run: (event: JsonObject, settings: z.output<S>) => unknown }
}

/** Settings were parsed by the very schema when they were saved, which is what the cast says. */
export function definePlugin<S extends z.ZodObject>(definition: Definition<S>): PluginManifest {
  const { secrets = [], addresses = [], writes = [], timeoutMs = 500, onFailure = 'continue', ...rest } = definition
  return { ...rest, secrets, addresses, writes, timeoutMs, onFailure } as unknown as PluginManifest
}

/** The parts of an event that plugins may write. Ids, type, name and time are what others rely on. */
const WRITABLE = ['properties', 'traits', 'context']

/** A field that a plugin may write: `context.weather`. What it writes there may be an object of any shape. */
export const WritePath = Path.max(200)
  .refine(
    (path) => WRITABLE.includes(path.split('.')[0] as string) && path.includes('.'),
    'must be a field of properties, traits or context, such as context.weather',
  )
  .refine((path) => !path.split('.').includes('__proto__'), 'is no name for a value')
  .meta({ description: 'A field of `properties`, `traits` or `context`: `context.weather`' })

export const Writes = z
  .array(WritePath)
  .max(50)
  .meta({ description: 'The fields that it may write; an answer that names another counts as failed' })

/** The fields that an installed plugin may write. */
export function writesOf(manifest: PluginManifest, settings: JsonObject): readonly string[] {
  if (manifest.writes !== 'settings') return manifest.writes
  const named = settings['writes']
  return Array.isArray(named) ? named.filter((path) => typeof path === 'string') : []
}
