import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dayNumber } from '../kernel/instant.ts'
import { type Dict, dict, isObject, type JsonValue, own } from '../kernel/json.ts'
import { Definitions } from '../profile/definitions.ts'
import { condition } from '../segment/arbitraries.case.ts'
import { now, person } from '../segment/arbitraries-person.case.ts'
import type { Condition } from '../segment/condition.ts'
import { documentPerson } from '../segment/document-view.ts'
import { inTime, type PersonData } from '../segment/person-data.case.ts'
import type { DocumentTrait, ProfileDocument } from '../segment/profile-document.ts'
import { projectionOf } from './projection.ts'

test('the verdict over a projection is the verdict over the whole document', () => {
  fc.assert(
    fc.property(condition, person, now, (tried, data, t) => {
      const definition = definitionOf(tried, data)
      const document = documentOfData(data)
      const whole = definition.prepared.member(documentPerson(document, definition.surroundings), t)
      const projection = projectionOf(definition)
      expect(projection.verdict(extracted(document, projection.paths), data.id, t)).toBe(whole)
    }),
    { numRuns: 1_000 },
  )
})

test.each(['say "hi"', 'back\\slash', 'new\nline', 'a.b', 'Ünï', '__proto__', '$'])(
  'a trait called %j is found',
  (name) => {
    const path = name.includes('.') ? 'a' : name
    const data = { ...nobody, writes: { [path]: [{ at: 1, value: name.includes('.') ? { b: 'x' } : 'x' }] } }
    const tried: Condition = { type: 'trait', path: name, op: 'eq', value: 'x' }
    const projection = projectionOf(definitionOf(tried, data))
    expect(projection.verdict(extracted(documentOfData(data), projection.paths), 'prf_1', 5)).toBe(true)
  },
)

test('of a document only what the condition reads is cut out', () => {
  const tried: Condition = { type: 'event', name: 'Bought', count: { op: 'gte', value: 2 } }
  const { paths, byTextAlone } = projectionOf(definitionOf(tried, nobody))
  expect(paths).toEqual(['$.firstSeen', '$.lastSeen', '$.counters."Bought"', '$.counters."other"'])
  expect(byTextAlone).toBe(false)
})

const nobody: PersonData = {
  id: 'prf_1',
  writes: {},
  events: [],
  identifiers: [],
  consents: {},
  workspace: { segments: {}, computed: {}, percentiles: {} },
}

function definitionOf(tried: Condition, { workspace }: PersonData) {
  const segments = Object.entries({ ...workspace.segments, tried }).map(([key, condition]) => ({
    key,
    name: key,
    version: 1,
    condition,
  }))
  const computedTraits = Object.entries(workspace.computed).map(([key, aggregate]) => ({
    key,
    name: key,
    version: 1,
    aggregate,
  }))
  const definition = new Definitions(1, segments, { computedTraits, percentiles: workspace.percentiles }).get('tried')
  if (!definition) throw new Error('a condition without a definition')
  return definition
}

function documentOfData(data: PersonData): ProfileDocument {
  const traits = dict<DocumentTrait>()
  for (const name of Object.keys(data.writes)) {
    const write = inTime(own(data.writes, name) ?? []).at(-1)
    if (write && write.value !== null) traits[name] = write
  }
  const counters = dict<Dict<number>>()
  for (const { name, at } of data.events) {
    const days = (counters[name] ??= dict())
    days[`d${dayNumber(at)}`] = (days[`d${dayNumber(at)}`] ?? 0) + 1
  }
  const seen = data.events.map(({ at }) => at)
  return {
    id: data.id,
    workspace: 'w',
    version: 1,
    configVersion: 1,
    traits,
    identifiers: Object.fromEntries(data.identifiers.map((type) => [type, [type]])),
    counters,
    memberships: { s1: 1 },
    consents: Object.fromEntries(Object.entries(data.consents).map(([key, consent]) => [key, { ...consent, at: 0 }])),
    computed: { c1: { value: 2, until: null } },
    firstSeen: Math.min(0, ...seen),
    lastSeen: Math.max(0, ...seen),
  }
}

/** What SQLite's json_extract answers for several paths: an array of the values, null where there is none. */
function extracted(document: ProfileDocument, paths: readonly string[]): string {
  const json = JSON.parse(JSON.stringify(document)) as JsonValue
  return JSON.stringify(paths.map((path) => follow(json, path)))
}

function follow(json: JsonValue, path: string): JsonValue {
  let found: JsonValue | undefined = json
  for (const [, quoted, bare] of path.slice(1).matchAll(/\."([^"]*)"|\.([^."]+)/g))
    found = isObject(found) ? own(found, (quoted ?? bare) as string) : undefined
  return found ?? null
}
