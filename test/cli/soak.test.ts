import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { judgeLedger, judgePerson } from '../../bench/soak/verdict.ts'

const ROOT = join(import.meta.dirname, '..', '..')

function run(args: readonly string[]): Promise<{ readonly code: number | null; readonly out: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(ROOT, 'bench/soak/run.ts'), ...args], { cwd: ROOT })
    let out = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (out += String(text)))
    child.on('close', (code) => resolve({ code, out }))
  })
}

describe('npm run soak', () => {
  test('loses nothing and counts nothing twice under faults, and says so in its last line', {
    timeout: 240_000,
  }, async () => {
    const { code, out } = await run(['--events', '1500', '--people', '15', '--faults', '7', '--chance', '0.002'])
    const last = out.trim().split('\n').at(-1)
    expect(last).toMatch(
      /^accepted \d+, applied \d+, duplicate \d+, dropped 0, rejected \d+, dead letters 0, lost 0, doubled 0$/,
    )
    expect([code, out]).toEqual([0, out])
  })

  test('names what it does not understand', async () => {
    const { code, out } = await run(['--events', 'many'])
    expect([code, out]).toEqual([2, expect.stringContaining('--events must be a whole number from 1, not many')])
  })
})

describe('the verdict', () => {
  const expected = new Map([['Viewed', 3]])
  const seen = { ids: ['prf_1', 'prf_1'], counts: { Viewed: 3 }, changes: [], dueSoon: false }
  const change = (messageId: string, change: string) => ({ messageId, change })

  test('finds an event that is missing, one that is counted twice, and two profiles of one person', () => {
    expect(judgePerson(1, expected, seen)).toEqual({ lost: 0, doubled: 0, broken: [] })
    expect(judgePerson(1, expected, { ...seen, counts: { Viewed: 2 } })).toMatchObject({ lost: 1 })
    expect(judgePerson(1, expected, { ...seen, counts: { Viewed: 3, Added: 1 } })).toMatchObject({ doubled: 1 })
    expect(judgePerson(1, expected, { ...seen, ids: ['prf_1', 'prf_2'] }).broken).toHaveLength(1)
    expect(judgePerson(1, expected, { ...seen, dueSoon: true }).broken).toHaveLength(1)
  })

  test('wants ENTER and EXIT in turn, and an EXIT only of what was entered', () => {
    const broken = (...changes: ReturnType<typeof change>[]) => judgePerson(1, expected, { ...seen, changes }).broken
    expect(broken(change('prf_1:pro:1', 'ENTER'), change('prf_1:pro:2', 'EXIT'))).toEqual([])
    expect(broken(change('prf_1:pro:1', 'ENTER'), change('prf_1:pro:2', 'ENTER'))).toHaveLength(1)
    expect(broken(change('prf_1:pro:1', 'EXIT'))).toHaveLength(1)
    // A merge: the other one entered.
    expect(broken(change('prf_2:pro:1', 'ENTER'), change('prf_1:pro:1', 'EXIT'))).toEqual([])
  })

  test('holds the equation', () => {
    const reading = {
      accepted: 10,
      applied: 7,
      duplicate: 2,
      dropped: {},
      rejected: { missing_name: 1 },
      deadLetters: {},
      late: 0,
      buffered: 0,
    }
    expect(judgeLedger(10, reading, { valid: 7 })).toEqual({ lost: 0, doubled: 0, broken: [] })
    expect(judgeLedger(11, reading, { valid: 7 })).toMatchObject({ lost: 1 })
    expect(judgeLedger(10, reading, { valid: 6 })).toMatchObject({ doubled: 1 })
  })
})
