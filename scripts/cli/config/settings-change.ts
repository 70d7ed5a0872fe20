import { z } from 'zod'
import { WorkspaceSettings } from '../../../shared/config/workspace-config.ts'
import { canonicalJson } from '../../../shared/kernel/canonical-json.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../../../shared/kernel/json.ts'

/**
 * Settings of a workspace are kept sparsely: what was never decided has its default. An object with fields of its own is
 * decided field by field; a record (`types`, `fields`, `rates`) as a whole, since its default goes when it is named.
 */
export function decidedSettings(settings: JsonObject, defaults: JsonObject): JsonObject {
  return decided(WorkspaceSettings, settings, defaults)
}

function decided(schema: z.ZodType, settings: JsonObject, defaults: JsonObject): JsonObject {
  const said: Record<string, JsonValue> = {}
  for (const [key, now] of Object.entries(settings)) {
    const usual = own(defaults, key)
    const inner = fieldOf(schema, key)
    if (inner && isObject(now) && isObject(usual)) {
      const more = decided(inner, now, usual)
      if (Object.keys(more).length > 0) said[key] = more
    } else if (!isSame(now, usual)) said[key] = now
  }
  return said
}

/** The merge patch that makes `before` into `after`: the differing fields of objects, and records as a whole. */
export function settingsPatch(before: JsonObject, after: JsonObject): JsonObject {
  return patched(WorkspaceSettings, before, after)
}

function patched(schema: z.ZodType, before: JsonObject, after: JsonObject): JsonObject {
  const patch: Record<string, JsonValue> = {}
  for (const key of new Set([...Object.keys(after), ...Object.keys(before)])) {
    const [old, now] = [own(before, key), own(after, key)]
    if (isSame(old, now)) continue
    const inner = fieldOf(schema, key)
    if (now === undefined) patch[key] = null
    else if (inner && isObject(old) && isObject(now)) patch[key] = patched(inner, old, now)
    else patch[key] = whole(old, now)
  }
  return patch
}

/** All of it, and `null` for what goes: what was never kept must be kept now. */
function whole(old: JsonValue | undefined, now: JsonValue): JsonValue {
  if (!isObject(now)) return now
  const before = isObject(old) ? old : {}
  const gone = Object.keys(before).filter((key) => own(now, key) === undefined)
  const kept = Object.entries(now).map(([key, value]) => [key, whole(own(before, key), value)] as const)
  return Object.fromEntries([...kept, ...gone.map((key) => [key, null] as const)])
}

/** The schema of a field that is an object with fields of its own. */
function fieldOf(schema: z.ZodType, key: string): z.ZodType | undefined {
  const object = plain(schema)
  const field = object instanceof z.ZodObject ? (object.shape[key] as z.ZodType | undefined) : undefined
  return field && plain(field) instanceof z.ZodObject ? field : undefined
}

/** Without what stands around it: defaults, optional. */
function plain(schema: z.ZodType): z.ZodType {
  const isWrapped =
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable
  return isWrapped ? plain(schema.unwrap() as z.ZodType) : schema
}

function isSame(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b)
}
