import { describe, expect, it } from 'vitest'
import { progressLine, startProgress } from './progress.ts'

describe('progress', () => {
  it('shows share, numbers and a note', () => {
    expect(progressLine('sending', 600, 1000, 'waiting')).toBe(
      'sending     [██████████████░░░░░░░░░░]  60 %  600 of 1000  waiting',
    )
    expect(progressLine('sending', 0, 0, '')).toContain('100 %')
  })

  it('is redrawn in place on a terminal', () => {
    const { written, progress } = recorded(true)
    progress.update(1)
    progress.end()
    expect(written.every((text) => text.startsWith('\r\u001b[2K'))).toBe(true)
    expect(written.filter((text) => text.endsWith('\n'))).toHaveLength(1)
  })

  it('is a line every two seconds elsewhere', () => {
    const { written, progress, pass } = recorded(false)
    for (let done = 1; done <= 10; done++) {
      pass(500)
      progress.update(done)
    }
    progress.end()
    expect(written).toHaveLength(3)
    expect(written.join('')).not.toContain('\u001b')
  })
})

function recorded(isTTY: boolean) {
  const written: string[] = []
  let clock = 1_000_000
  const progress = startProgress('sending', 10, { isTTY, write: (text) => written.push(text) }, () => clock)
  return { written, progress, pass: (ms: number) => void (clock += ms) }
}
