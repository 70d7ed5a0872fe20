import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { claimStateFolder } from './state-folder.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-state-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('claimStateFolder', () => {
  it('makes the folder, for this user alone, and gives it back', () => {
    const path = join(folder, 'a/b')
    const claim = claimStateFolder(path)
    expect(statSync(path).mode & 0o777).toBe(0o700)
    expect(existsSync(join(path, 'lock'))).toBe(true)
    expect([claim.release(), claim.release()]).toEqual([true, false])
    expect(existsSync(join(path, 'lock'))).toBe(false)
  })

  it('refuses a folder that another Tributary uses', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'scripts/local/main.ts'], {
      stdio: 'ignore',
    })
    try {
      writeFileSync(join(folder, 'lock'), `${other.pid}\n`)
      expect(() => claimStateFolder(folder)).toThrow(new RegExp(`process ${other.pid}.*TRIBUTARY_STATE`))
    } finally {
      other.kill('SIGKILL')
    }
  })

  it.each([
    ['a process that is gone', '999999999'],
    ['a process that is something else by now', String(process.ppid)],
    ['nobody', ''],
  ])('takes over the lock of %s', (_, content) => {
    writeFileSync(join(folder, 'lock'), content)
    expect(claimStateFolder(folder).release()).toBe(true)
  })

  it('says why a folder cannot be used', () => {
    writeFileSync(join(folder, 'file'), '')
    expect(() => claimStateFolder(join(folder, 'file'))).toThrow(/is a file/)
    expect(() => claimStateFolder(join(folder, 'file/inside'))).toThrow(/is a file/)
  })

  it.runIf(process.platform === 'linux')('does not hang where no folder can be made', () => {
    expect(() => claimStateFolder('/proc/tributary')).toThrow(/cannot be used/)
  })
})
