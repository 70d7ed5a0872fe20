import { describe } from 'vitest'
import { timelineSuite } from '../../test/suite/timeline.suite.ts'
import { MemoryTimeline } from './memory-timeline.ts'

describe('a timeline in memory', () => {
  timelineSuite(async (check) => check(new MemoryTimeline()))
})
