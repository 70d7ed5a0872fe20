import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanJson, type JsonObject, type JsonValue } from '../shared/kernel/json.ts'
import { readAnswer, writeCall } from './customer-code-lines.ts'

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>

/** What the wrapper writes. */
const answered = (values: readonly unknown[]) =>
  [{ logs: [] }, ...values.map((value) => ({ value }))].map((line) => JSON.stringify(line)).join('\n')

describe('the lines of customer code', () => {
  test('carry every event in and every value out', () => {
    fc.assert(
      fc.property(fc.array(json, { maxLength: 5 }), (values) => {
        const events = values.map((value) => ({ value })) as readonly JsonObject[]
        const given = writeCall({}, events)
        const [settings, ...lines] = given.body.split('\n')
        expect(settings).toBe('{}')
        expect(lines.map((line) => JSON.parse(line))).toEqual(JSON.parse(JSON.stringify(events)))
        const results = values.map((value) => ({ kind: 'value', value: cleanJson(JSON.parse(JSON.stringify(value))) }))
        expect(readAnswer(answered(values), given)).toEqual({ kind: 'done', results, logs: [] })
      }),
    )
  })

  test('are read whatever the code made of them, with one result for each event or none', () => {
    const line = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constant('{"logs":[]}'),
      fc.constant('{}'),
      json.map((value) => JSON.stringify({ value })),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), fc.array(fc.nat(100), { maxLength: 4 }), (lines, sizes) => {
        const answer = readAnswer(lines.join('\n'), { sizes })
        if (answer.kind === 'done') expect(answer.results.length).toBe(sizes.length)
        else expect(answer.detail).not.toBe('')
      }),
    )
  })
})
