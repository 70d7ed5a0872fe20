import { z } from 'zod'
import type { FieldError } from '../kernel/failure.ts'
import { isTimeZone } from './local-time.ts'
import { collision, parseTarget } from './target.ts'

/** How the columns of a foreign file become an event (contracts/http.md, `POST /api/v1/mappings`). */
export const MAPPING_NAME = /^[A-Za-z0-9][A-Za-z0-9 _.-]{0,99}$/

const TargetText = z
  .string()
  .min(1)
  .max(300)
  .meta({ description: '`userId`, `properties.total:number`, `timestamp:date:DD.MM.YYYY HH:mm`' })

export const Mapping = z
  .strictObject({
    name: z.string().regex(MAPPING_NAME, 'must be 1 to 100 letters, digits, blanks, dots, hyphens or underscores'),
    format: z.enum(['csv', 'ndjson', 'json']).meta({ description: 'Of the files it is for' }),
    columns: z
      .record(z.string().min(1).max(300), z.union([TargetText, z.array(TargetText).min(1).max(10)]))
      .refine((columns) => Object.keys(columns).length <= 1_000, 'at most 1000 columns')
      .meta({ description: 'Column, or path in a JSON row → where it goes; columns that are not named are left out' }),
    constants: z
      .record(z.string().min(1).max(300), z.json())
      .optional()
      .meta({ description: 'Path → value, for every row: `{ "type": "track", "event": "Order Placed" }`' }),
    timezone: z.string().max(100).optional().meta({
      description: 'IANA name of the place whose clocks times without an offset were read from; UTC by default',
    }),
  })
  .meta({ id: 'Mapping' })
export type Mapping = z.infer<typeof Mapping>

export function targetsOf(targets: string | readonly string[]): readonly string[] {
  return typeof targets === 'string' ? [targets] : targets
}

/** What a well-formed mapping cannot mean, by field. */
export function mappingFaults({ columns, constants = {}, timezone }: Mapping): readonly FieldError[] {
  const faults: FieldError[] = []
  const paths: (readonly string[])[] = []
  for (const [column, targets] of Object.entries(columns)) {
    for (const text of targetsOf(targets)) {
      const target = parseTarget(text)
      if (target.ok) paths.push(target.value.path)
      else faults.push({ path: `columns.${column}`, message: target.failure })
    }
  }
  for (const [path, value] of Object.entries(constants)) {
    const target = parseTarget(typeof value === 'object' ? `${path}:json` : path)
    if (!target.ok || path.includes(':')) faults.push({ path: `constants.${path}`, message: 'is no field of an event' })
    else paths.push(target.value.path)
  }
  const twice = collision(paths)
  if (twice) faults.push({ path: 'columns', message: `${twice[0]} and ${twice[1]} cannot both be written` })
  if (timezone !== undefined && !isTimeZone(timezone)) {
    faults.push({ path: 'timezone', message: 'is no IANA time zone, like Europe/Berlin' })
  }
  return faults
}
