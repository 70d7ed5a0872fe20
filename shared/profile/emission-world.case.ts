import { anEvent, anItem, NOW } from '../../test/support/builders.ts'
import type { CanonicalId } from '../kernel/id.ts'
import type { Condition } from '../segment/condition.ts'
import { evaluate } from '../segment/evaluate.ts'
import { type ApplyItem, applyItems } from './apply.ts'
import type { Definitions } from './definitions.ts'
import { nextDueAt, tellDue } from './emission.ts'
import { MemoryTimeline } from './memory-timeline.ts'
import { personOf } from './person.ts'
import { emptyState } from './state.ts'

/** A profile with a clock of its own: alarms fire exactly when they are due. */
export class World {
  readonly state = emptyState('w', 'prf_0' as CanonicalId)
  readonly timeline = new MemoryTimeline()
  readonly told: { readonly name: string; readonly at: number; readonly since: number }[] = []
  now = NOW
  readonly windowMs: number
  readonly definitions: Definitions

  constructor(windowMs: number, definitions: Definitions) {
    this.windowMs = windowMs
    this.definitions = definitions
  }

  /** Lets time pass, firing every alarm on the way. */
  passTo(at: number): void {
    for (let due = nextDueAt(this.state); due !== null && due <= at; due = nextDueAt(this.state)) {
      this.now = Math.max(this.now, due)
      this.#tell()
    }
    this.now = Math.max(this.now, at)
  }

  arrive(items: readonly ApplyItem[]): void {
    const settings = { windowMs: this.windowMs, profileRatePerMinute: 600 }
    applyItems(this.state, this.timeline, items, { now: this.now, settings, definitions: this.definitions })
  }

  #tell(): void {
    for (const row of tellDue(this.state, this.timeline.history, this.definitions, this.now)) {
      this.timeline.put(row)
      this.told.push({ name: row.event.name as string, at: this.now, since: row.event.timestamp })
    }
  }

  isIn(condition: Condition): boolean {
    const person = personOf(this.state, this.timeline.history, this.definitions.surroundings)
    return evaluate(condition, person, this.now).member === true
  }
}

export const plan = (value: string, timestamp: number, receivedAt = timestamp) =>
  anItem(anEvent({ type: 'identify', traits: { plan: value }, timestamp, receivedAt }))
export const click = (timestamp: number, receivedAt = timestamp) =>
  anItem(anEvent({ name: 'Click', timestamp, receivedAt }))

/** A definition by its key. */
export const defined = (key: string, condition: Condition) => ({ key, name: key, version: 1, condition })
