import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withoutContent } from './without-content.ts'

const event = {
  messageId: 'm-12345',
  event: 'Order Completed',
  userId: 'user-7',
  properties: { total: 500, account: 471108, contact: { email: 'ann@example.com', name: 'Ann' } },
}

test.each([
  ['threw: Error: bad address ann@example.com (line 2)', 'threw: Error: bad address … (line 2)'],
  ['HTTP 500: {"account":471108,"name":"Ann"}', 'HTTP 500: {"account":…,"name":"…"}'],
  ['HTTP 500: no Order Completed of m-12345', 'HTTP 500: no Order Completed of m-12345'],
  ['HTTP 400: unknown person ann@exam', 'HTTP 400: unknown person …'],
  ['no answer within 500 ms', 'no answer within 500 ms'],
])('%s is told as %s', (words, told) => {
  expect(withoutContent(words, event)).toBe(told)
})

test('no value of an event that somebody repeats whole is left, wherever it stands', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z0-9@.]{3,20}$/), { minLength: 1, maxLength: 5 }),
      fc.nat(),
      (values, n) => {
        const value = values[n % values.length] as string
        const told = withoutContent(`it says ${value}, and no more`, { properties: { list: values } })
        expect(told.replace('it says', '').replace(', and no more', '')).not.toContain(value)
      },
    ),
  )
})
