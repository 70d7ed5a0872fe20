import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { isOverload, isTransient } from './transient.ts'

describe('a fault is worth waiting for', () => {
  test.each([
    Object.assign(new Error('Durable Object is overloaded.'), { overloaded: true }),
    Object.assign(new Error('Durable Object reset because its code was updated.'), { retryable: true }),
    new Error('Network connection lost.'),
    new Error('D1_ERROR: Network connection lost.'),
    new Error('D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.'),
    new Error('D1_ERROR: D1 DB is overloaded. Too many requests queued.'),
    new Error('D1 DB is overloaded. Requests queued for too long.'),
    new Error('D1_ERROR: database is locked: SQLITE_BUSY'),
    new Error('get: We encountered an internal error. Please try again. (10001)'),
    new Error('put: Reduce your concurrent request rate for the same object. (10058)'),
  ])('$message', (fault) => expect(isTransient(fault)).toBe(true))
})

test('what is overloaded is told from what could not be reached', () => {
  expect(isOverload(Object.assign(new Error('Durable Object is overloaded.'), { overloaded: true }))).toBe(true)
  expect(isOverload(new Error('D1_ERROR: D1 DB is overloaded. Too many requests queued.'))).toBe(true)
  expect(isOverload(new Error('put: Reduce your concurrent request rate for the same object. (10058)'))).toBe(true)
  expect(isOverload(new Error('Network connection lost.'))).toBe(false)
})

describe('a fault is ours', () => {
  test.each([
    new Error('something of ours'),
    new TypeError('x is not a function'),
    new Error('D1_ERROR: UNIQUE constraint failed: segments.key: SQLITE_CONSTRAINT'),
    new Error("D1_TYPE_ERROR: Type 'undefined' not supported for value 'undefined'"),
    new Error('put: The specified object name is not valid. (10020)'),
    undefined,
    null,
    'D1_ERROR: no error at all',
  ])('%s', (fault) => expect(isTransient(fault)).toBe(false))

  test('as D1 itself says it of a statement that is wrong', async () => {
    const fault = await env.DB.prepare('SELECT nothing FROM nowhere')
      .all()
      .catch((thrown: unknown) => thrown)
    expect(fault).toBeInstanceOf(Error)
    expect(isTransient(fault)).toBe(false)
  })
})
