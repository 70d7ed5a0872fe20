import { describe, expect, it } from 'vitest'
import { sourceOfWriteKey } from '../../platform/hashing.ts'
import { bootstrapFor, pick, workspaceState, writeKey } from './first-workspace.ts'

describe('the first workspace of a deployment', () => {
  it('is made when there is no token, around a source that a broken-off run left', () => {
    const made = bootstrapFor(workspaceState({ tokens: 0, source: 'src_left' }), false, 0)
    expect(made?.sourceId).toBe('src_left')
    expect(made?.sql.split('\n').filter(Boolean)).toHaveLength(6)
    expect(bootstrapFor(workspaceState(undefined), false, 0)?.sourceId).toMatch(/^src_[a-z0-9]{12}$/)
  })

  it('is left alone afterwards, unless another token is asked for', () => {
    const state = workspaceState({ tokens: 1, source: 'src_abcd' })
    expect(bootstrapFor(state, false, 0)).toBeUndefined()
    expect(bootstrapFor(state, true, 0)?.sql).toMatch(/^INSERT OR IGNORE INTO tokens .*\n$/)
  })

  it('has a write key where the secret is known', () => {
    const key = writeKey({ WRITE_KEY_SECRET: 's' }, 'src_abcd')
    expect(sourceOfWriteKey('s', key ?? '')).toBe('src_abcd')
    expect(writeKey(undefined, 'src_abcd')).toBeUndefined()
  })

  it('never uploads a secret that nobody knows', () => {
    expect(() => pick({ A: '1' }, ['A', 'B'])).toThrow(/no B/)
  })
})
