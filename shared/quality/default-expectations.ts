import { EVENT_TYPES } from '../event/event.ts'
import type { JsonObject } from '../kernel/json.ts'
import { borderOf, type Expectation, type ExpectationKind, type QualityTable, type Severity } from './expectation.ts'

/**
 * What is expected of every workspace until it says otherwise: by an own expectation of the same id. Hard are only those
 * that can break by nothing but a fault of ours or of a store; a workspace with odd data is told and not stopped.
 */
export const DEFAULT_EXPECTATIONS: readonly Expectation[] = [
  ratio('dead_letter', 0.05, 'warn'),
  ratio('rejected', 0.2, 'warn'),
  ratio('dropped', 0.5, 'warn'),
  ratio('duplicate', 0.5, 'info'),
  ratio('late', 0.5, 'info'),
  ratio('refused_links', 0.05, 'warn'),
  of('events', 'message_id', 'not_null', 'hard'),
  of('events', 'source', 'not_null', 'hard'),
  of('events', 'canonical_id', 'not_null', 'hard'),
  of('events', 'message_id', 'unique', 'warn'),
  of('events', 'type', 'set', 'hard', { values: [...EVENT_TYPES] }),
  // 2000 and a day ahead: normalization lets nothing beyond through.
  of('events', 'timestamp', 'range', 'warn', { min: 946_684_800_000 }),
  of('events', null, 'freshness', 'info', { maxAge: '2d' }),
  of('events', null, 'volume', 'warn', { tolerance: 0.5, minRows: 1_000 }),
  of('own_events', 'canonical_id', 'not_null', 'hard'),
  of('profiles', 'canonical_id', 'not_null', 'hard'),
  of('profiles', 'canonical_id', 'unique', 'hard'),
  of('profiles', 'event_count', 'range', 'warn', { min: 0 }),
  of('identifiers', 'canonical_id', 'referential', 'hard', { table: 'profiles', column: 'canonical_id' }),
  of('identifiers', 'value', 'not_null', 'hard'),
  of('computed_traits', 'canonical_id', 'referential', 'hard', { table: 'profiles', column: 'canonical_id' }),
  of('consents', 'canonical_id', 'referential', 'hard', { table: 'profiles', column: 'canonical_id' }),
  of('consents', 'status', 'not_null', 'hard'),
  of('memberships', 'canonical_id', 'referential', 'hard', { table: 'profiles', column: 'canonical_id' }),
  // Who was in a segment and is gone stays in its history.
  of('segment_members', 'canonical_id', 'referential', 'info', {
    table: 'profiles',
    column: 'canonical_id',
    share: 0.5,
  }),
  of('segment_members', 'entered_at', 'not_null', 'hard'),
  of('merges', 'leaf', 'unique', 'warn'),
  of('sessions', 'events', 'range', 'warn', { min: 1 }),
  of('daily_activity', 'events', 'range', 'warn', { min: 1 }),
]

const BY_ID = new Map(DEFAULT_EXPECTATIONS.map((expectation) => [expectation.id, expectation]))

export function defaultExpectation(id: string): Expectation | undefined {
  return BY_ID.get(id)
}

/** All of a workspace: its own, and of the defaults those that it did not change. */
export function withDefaults(own: readonly Expectation[]): readonly Expectation[] {
  const ids = new Set(own.map(({ id }) => id))
  return [...DEFAULT_EXPECTATIONS.filter(({ id }) => !ids.has(id)), ...own]
}

function of(
  table: QualityTable,
  column: string | null,
  kind: ExpectationKind,
  severity: Severity,
  params: JsonObject = {},
): Expectation {
  const id = `default.${table}.${column === null ? '' : `${column}.`}${kind}`
  return { id, border: borderOf(table, kind), table, column, kind, params, severity, enabled: true }
}

function ratio(what: string, max: number, severity: Severity): Expectation {
  const expectation = of('lines', null, 'ratio', severity, { of: what, max })
  return { ...expectation, id: `default.lines.${what}` }
}
