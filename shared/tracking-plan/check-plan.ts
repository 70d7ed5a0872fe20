import type { FieldError } from '../kernel/failure.ts'
import type { JsonValue } from '../kernel/json.ts'
import { compileSchema } from './compile-schema.ts'
import { RESERVED_NAMES } from './planned-event.ts'

/** What somebody would save, as far as its form was checked. */
interface Draft {
  readonly events: readonly {
    readonly name: string
    readonly version: string | number
    readonly schema: JsonValue
  }[]
}

const MOST_ERRORS = 20

/** Everything that is wrong with the events of a plan, with paths from the plan on. */
export function planFaults({ events }: Draft): readonly FieldError[] {
  const faults: FieldError[] = []
  const known = new Set<string>()
  for (const [i, { name, version, schema }] of events.entries()) {
    if (name.startsWith('$') && !RESERVED_NAMES.some((reserved) => reserved === name))
      faults.push({ path: `events.${i}.name`, message: `begins with $, which only ${RESERVED_NAMES.join(', ')} do` })
    const key = JSON.stringify([name, String(version)])
    if (known.has(key)) faults.push({ path: `events.${i}.version`, message: 'is there already, of the same event' })
    known.add(key)
    const compiled = compileSchema(schema)
    if (compiled.ok) continue
    for (const { path, message } of compiled.failure)
      faults.push({ path: ['events', i, 'schema', ...(path === '' ? [] : [path])].join('.'), message })
    if (faults.length >= MOST_ERRORS) break
  }
  return faults.slice(0, MOST_ERRORS)
}
