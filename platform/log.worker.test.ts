import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { log, withoutPeople } from './log.ts'

afterEach(() => vi.restoreAllMocks())

function lineOf(write: () => void): Record<string, unknown> {
  const lines: string[] = []
  for (const level of ['info', 'warn', 'error'] as const)
    vi.spyOn(console, level).mockImplementation((line: string) => void lines.push(line))
  write()
  expect(lines).toHaveLength(1)
  return JSON.parse(lines[0] as string)
}

describe('a log line', () => {
  test('is one JSON object with its level, its words and where to look', () => {
    const line = lineOf(() =>
      log.warn('a message waits', { correlation_id: 'req_1', workspace_id: 'acme', source_id: undefined }),
    )
    expect(line).toEqual({ level: 'warn', message: 'a message waits', correlation_id: 'req_1', workspace_id: 'acme' })
  })

  test('says of a fault its name, its cause and whether it passes', () => {
    const fault = Object.assign(new TypeError('broken', { cause: new Error('disk') }), { retryable: true })
    const line = lineOf(() => log.error('it failed', { fault }))
    expect(line['fault']).toMatchObject({
      name: 'TypeError',
      message: 'broken',
      retryable: true,
      cause: { message: 'disk' },
    })
  })

  test('is written whatever it is given', () => {
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    for (const fault of [circle, null, 5n, Symbol('x'), () => 1, 'text'])
      expect(lineOf(() => log.error('it failed', { fault }))).toHaveProperty('message')
  })

  test('has no address, number or key of anybody, whatever an error quotes', () => {
    const name = fc.stringMatching(/^[a-z0-9._+-]{1,20}$/)
    fc.assert(
      fc.property(name, fc.string(), (user, around) => {
        const text = `${around} ${user}@mail.example.com ${around}`
        expect(withoutPeople(text)).not.toContain(`${user}@mail.example.com`)
      }),
    )
    expect(withoutPeople('call +49 170 1234567 now, with tk_abcdefgh12345678')).toBe('call [phone] now, with [key]')
    const line = lineOf(() => log.error('it failed', { fault: new Error('no such person: ann@example.com') }))
    expect(JSON.stringify(line)).not.toContain('ann@')
  })
})
