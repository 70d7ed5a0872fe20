import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { pluginType, pluginTypes } from './index.ts'
import { WritePath, writesOf } from './manifest.ts'
import { dueRun } from './schedule.ts'
import { resultsIn } from './service-answer.ts'

describe.each(pluginTypes)('the plugin type $name', ({ name, settings, secrets, addresses, kind, code, writes }) => {
  test('is found by its name, and says of its settings only what they have', () => {
    expect(pluginType(name)?.name).toBe(name)
    expect(name).toMatch(/^[a-z][a-z-]{1,39}$/)
    for (const setting of [...secrets, ...addresses]) expect(Object.keys(settings.shape)).toContain(setting)
    expect(z.toJSONSchema(settings, { io: 'input' })).toMatchObject({ type: 'object', additionalProperties: false })
  })

  test('has code of its kind, and fields only where an answer may write some', () => {
    expect(code.by === 'lane').toBe(kind === 'non-blocking')
    if (kind !== 'blocking') expect(writes).toEqual([])
    if (writes === 'settings') expect(Object.keys(settings.shape)).toContain('writes')
  })
})

test.each([
  ['context.weather', true],
  ['properties.a.b', true],
  ['traits.plan', true],
  ['context', false],
  ['userId', false],
  ['timestamp.x', false],
  ['properties.__proto__.x', false],
  ['properties..x', false],
])('whether %s may be declared: %s', (path, expected) => {
  expect(WritePath.safeParse(path).success).toBe(expected)
})

test('fields that were not declared are none', () => {
  const remote = pluginType('remote') as NonNullable<ReturnType<typeof pluginType>>
  expect(writesOf(remote, {})).toEqual([])
  expect(writesOf(remote, { writes: ['context.a', 7] })).toEqual(['context.a'])
})

describe('the answers of a service', () => {
  const ids = ['m1', 'm2', 'm1']

  test('stand in the order of the events', () => {
    expect(resultsIn({ results: [1, null, {}] }, ids)).toEqual({ ok: true, value: [1, null, {}] })
  })

  test('or say their messageId, in any order, and need not be all', () => {
    const two = { messageId: 'm2', drop: 'x' }
    const one = { messageId: 'm1', set: {} }
    expect(resultsIn({ results: [two, one] }, ids)).toEqual({ ok: true, value: [one, two, one] })
    expect(resultsIn({ results: [two] }, ids)).toEqual({ ok: true, value: [undefined, two, undefined] })
    expect(resultsIn({ results: [{ id: 'p', traits: {} }] }, ['p', 'q'], 'id')).toMatchObject({ ok: true })
  })

  test.each<[unknown]>([
    [undefined],
    [null],
    [[]],
    [{}],
    [{ results: {} }],
    [{ results: [1] }],
    [{ results: [1, 2, 3, 4] }],
  ])('are none when they are %j', (reply) => {
    expect(resultsIn(reply as never, ids).ok).toBe(false)
  })

  test('about nobody in particular are taken from nobody', () => {
    expect(resultsIn({ results: [{ messageId: 'm9' }] }, ids).ok).toBe(false)
    // One of them says no messageId, so the order is all there is.
    expect(resultsIn({ results: [{ messageId: 'm1' }, null] }, ids).ok).toBe(false)
  })
})

describe('a schedule', () => {
  const at = (time: string) => Date.parse(`2026-03-01T${time}Z`)

  test('of hours is due once in every hour', () => {
    expect(dueRun({ every: 'hour' }, at('07:00:00'))).toBe('2026-03-01T07')
    expect(dueRun({ every: 'hour' }, at('07:59:59'))).toBe('2026-03-01T07')
  })

  test('of days is due in its hour', () => {
    expect(dueRun({ every: 'day', hour: 3 }, at('02:59:59'))).toBeUndefined()
    expect(dueRun({ every: 'day', hour: 3 }, at('03:10:00'))).toBe('2026-03-01T03')
    expect(dueRun({ every: 'day', hour: 3 }, at('04:00:00'))).toBeUndefined()
  })
})
