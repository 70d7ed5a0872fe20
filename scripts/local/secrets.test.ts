import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sourceOfWriteKey } from '../../platform/hashing.ts'
import { loadOrMakeSecrets, writeKeyOf } from './secrets.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-secrets-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('the secrets of a local Tributary', () => {
  it('are made once and kept, readable by this user alone', () => {
    const made = loadOrMakeSecrets(folder, join(folder, 'data'))
    expect(loadOrMakeSecrets(folder, join(folder, 'data'))).toEqual(made)
    expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(0o600)
  })

  it('sign a write key that the edge accepts', () => {
    const secrets = loadOrMakeSecrets(folder, join(folder, 'data'))
    expect(sourceOfWriteKey(secrets.writeKeySecret, writeKeyOf(secrets))).toBe(secrets.first.sourceId)
  })

  it('are not made anew over data that needs the old ones', () => {
    mkdirSync(join(folder, 'data'))
    expect(() => loadOrMakeSecrets(folder, join(folder, 'data'))).toThrow(/secrets\.json is missing/)
  })

  it.each(['', '{}', '{"first":{}}', 'null'])('are refused when the file holds %s', (content) => {
    writeFileSync(join(folder, 'secrets.json'), content)
    expect(() => loadOrMakeSecrets(folder, join(folder, 'data'))).toThrow(/secrets\.json/)
  })
})
