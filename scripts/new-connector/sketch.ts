import { variableOf } from './name.ts'

/** What a generated connector looks like: one that works, with a place for every decision that its author has to make. */
export const TYPES = ['streaming', 'batch'] as const
export const FORMATS = ['json', 'csv', 'text'] as const

export interface Sketch {
  readonly name: string
  readonly type: (typeof TYPES)[number]
  readonly format: (typeof FORMATS)[number]
}

export function wayOf({ name, type, format }: Sketch): string {
  if (type === 'streaming') return `\`POST /hooks/${name}/{sourceId}\``
  const option = format === 'text' ? ' --format text' : ''
  return `\`npx tributary import FILE --connector ${name}${option}\``
}

export function sourceOf(sketch: Sketch): string {
  const { name, type, format } = sketch
  return `${IMPORTS[format]}
/** What ${name} sends, as events: which field says who, what and when stands in docs/connectors.md. */
export const ${variableOf(name)} = defineConnector({
  name: '${name}',
  type: '${type}',
  format: '${format}',
  summary: 'Records of ${name} as events',
${BODIES[format]}})
`
}

const IMPORTS: Readonly<Record<Sketch['format'], string>> = {
  json: `import { instantOf } from '../import/field-value.ts'
import { toIso } from '../kernel/instant.ts'
import { isObject } from '../kernel/json.ts'
import { err, ok } from '../kernel/result.ts'
import { defineConnector } from './connector.ts'
`,
  csv: `import { instantOf } from '../import/field-value.ts'
import { toIso } from '../kernel/instant.ts'
import { err, ok } from '../kernel/result.ts'
import { defineConnector } from './connector.ts'
`,
  text: `import { err, ok } from '../kernel/result.ts'
import { defineConnector } from './connector.ts'
`,
}

const EVENT = `    if (!id || !action) return err('says no id or no action')
    const at = instantOf(time ?? '', {})
    if (at === undefined) return err('has no time')
    return ok([{ type: 'track', event: String(action), userId: String(id), timestamp: toIso(at), properties }])
  },
`

const BODIES: Readonly<Record<Sketch['format'], string>> = {
  json: `  normalise(record) {
    if (!isObject(record)) return err('is no JSON object')
    const { id, action, time, ...properties } = record
${EVENT}`,
  csv: `  columns: ['id', 'action', 'time'],
  normalise(record) {
    const { id, action, time, ...properties } = record
${EVENT}`,
  text: `  normalise(record) {
    const colon = record.indexOf(':')
    const [from, text] = [record.slice(0, colon).trim(), record.slice(colon + 1).trim()]
    if (colon < 1) return err('says no sender before a colon')
    return ok([
      {
        type: 'track',
        event: 'Message Received',
        properties: { from, text },
        context: { externalIds: [{ type: 'phone', id: from }] },
      },
    ])
  },
`,
}

/** The test goes the whole way, from a body or a file to messages that the pipeline takes. */
export function testOf({ name, format }: Sketch): string {
  const variable = variableOf(name)
  const { good, bad, message } = SAMPLES[format]
  return `import { expect, test } from 'vitest'
import { connectBody } from './connect.ts'
import { ${variable} } from './${name}.ts'

test('${name}: a record becomes an event', () => {
  expect(connectBody(${good}, ${variable})).toMatchObject([
    { items: { ok: true, value: [${message}] } },
  ])
})

test('${name}: what it does not understand is said, and nothing is made of it', () => {
  expect(connectBody(${bad}, ${variable})).toMatchObject([
    { items: { ok: false, failure: { code: 'not_understood' } } },
  ])
})
`
}

const SAMPLES: Readonly<Record<Sketch['format'], { good: string; bad: string; message: string }>> = {
  json: {
    good: `'{"id":7,"action":"Signed Up","time":"2026-03-15T12:00:00Z","plan":"pro"}'`,
    bad: `'{"action":"Signed Up"}'`,
    message: `{ type: 'track', event: 'Signed Up', userId: '7', properties: { plan: 'pro' } }`,
  },
  csv: {
    good: `'id,action,time,plan\\n7,Signed Up,2026-03-15T12:00:00Z,pro\\n'`,
    bad: `'id,action,time\\n,Signed Up,2026-03-15\\n'`,
    message: `{ type: 'track', event: 'Signed Up', userId: '7', properties: { plan: 'pro' } }`,
  },
  text: {
    good: `'+491701234567: hello'`,
    bad: `'hello'`,
    message: `{ event: 'Message Received', properties: { from: '+491701234567', text: 'hello' } }`,
  },
}
