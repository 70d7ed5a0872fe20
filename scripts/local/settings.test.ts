import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { localSettings, REPOSITORY, StartError } from './settings.ts'

describe('localSettings', () => {
  it('listens on 8787 and keeps its state in .tributary unless told otherwise', () => {
    expect(localSettings({})).toEqual({ port: 8787, stateFolder: resolve(REPOSITORY, '.tributary') })
    expect(localSettings({ PORT: '9000', TRIBUTARY_STATE: 'x' })).toEqual({ port: 9000, stateFolder: resolve('x') })
  })

  it.each(['0', '65536', 'http', '80.5', '-1', '1e3'])('refuses PORT=%s', (PORT) => {
    expect(() => localSettings({ PORT })).toThrow(StartError)
  })
})
