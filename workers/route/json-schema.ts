import { z } from 'zod'
import type { JsonValue } from '../../shared/kernel/json.ts'

/** A schema as a form sends in what it describes: fields with a default may be left out. */
export function inputSchema(schema: z.ZodType): Record<string, JsonValue> {
  // JSON Schema is JSON, which zod's type of it does not say.
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Record<string, JsonValue>
}
