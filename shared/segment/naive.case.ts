import { canonicalJson } from '../kernel/canonical-json.ts'
import { hash53 } from '../kernel/hash.ts'
import { parseInstant } from '../kernel/instant.ts'
import { type JsonValue, own } from '../kernel/json.ts'
import type { Aggregate } from './aggregate.ts'
import type { Condition } from './condition.ts'
import { naiveAggregate } from './naive-aggregate.case.ts'
import { sequenceHolds } from './naive-sequence.case.ts'
import { countPasses, dig, has, inOrder, inWindow, ms, nameMatches, passes } from './naive-tests.case.ts'
import { type EventData, inTime, type PersonData } from './person-data.case.ts'
import type { Percentiles } from './person-view.ts'
import type { Window } from './window.ts'

/**
 * The language once more, as plainly as it can be said: one instant at a time, every event looked at, nothing clever. It
 * shares no code with the evaluator beyond the kernel. It is what the evaluator is compared with. It knows everything
 * about a person, so it never says unknown.
 */
export function naive(condition: Condition, data: PersonData, t: number): boolean {
  const happened = (name: string, window?: Window) =>
    data.events.filter((event) => nameMatches(name, event.name) && event.at <= t && inWindow(event.at, window, t))
  switch (condition.type) {
    case 'everyone':
      return true
    case 'and':
      return condition.conditions.every((child) => naive(child, data, t))
    case 'or':
      return condition.conditions.some((child) => naive(child, data, t))
    case 'not':
      return !naive(condition.condition, data, t)
    case 'trait': {
      const value = traitAt(condition.path, data, Number.POSITIVE_INFINITY)
      return passes(value, condition.op, condition.value, t)
    }
    case 'trait_held': {
      const { path, value } = condition
      if (!same(traitAt(path, data, t), value)) return false
      let since = t
      for (const at of writeTimes(path, data, t).reverse()) {
        if (!same(traitAt(path, data, at), value)) break
        since = at
      }
      const long = t - since >= ms(condition.for)
      return condition.op === 'at_least' ? long : !long
    }
    case 'trait_changed':
      return writeTimes(condition.path, data, t).some((at) => {
        const [before, after] = [traitAt(condition.path, data, at - 1), traitAt(condition.path, data, at)]
        const fits = (wanted: JsonValue | undefined, value: JsonValue | undefined) =>
          wanted === undefined || same(wanted === '' ? null : wanted, value)
        return (
          inWindow(at, condition.window, t) &&
          !same(before, after) &&
          fits(condition.from, before) &&
          fits(condition.to, after)
        )
      })
    case 'event': {
      const found = happened(condition.name, condition.window).filter((event) => has(event, condition.where, t))
      return countPasses(found.length, condition.count)
    }
    case 'first_event': {
      const first = inOrder(happened(condition.name)).find((event) => has(event, condition.where, t))
      return first !== undefined && inWindow(first.at, condition.window, t)
    }
    case 'last_event': {
      const last = inOrder(happened(condition.name)).findLast((event) => has(event, condition.where, t))
      return last !== undefined && has(last, condition.has, t)
    }
    case 'stopped':
      return (
        happened(condition.name, condition.window).length > 0 &&
        happened(condition.name, { last: condition.quiet }).length === 0
      )
    case 'restarted': {
      const { name, window, recent } = condition
      const isRecent = (event: EventData) => event.at > t - ms(recent)
      const beforeWindow = happened(name).filter((event) =>
        'from' in window
          ? event.at < (parseInstant(window.from) as number)
          : event.at <= t - ms('last' in window ? window.last : window.between[0]),
      )
      return (
        happened(name).some(isRecent) &&
        !happened(name, window).some((event) => !isRecent(event)) &&
        beforeWindow.length > 0
      )
    }
    case 'regular': {
      const length = ms(condition.period)
      const periods = Array.from({ length: condition.periods }, (_, i) =>
        happened(condition.name).filter(({ at }) => at > t - (i + 1) * length && at <= t - i * length),
      )
      return periods.filter((list) => countPasses(list.length, condition.count)).length >= condition.minPeriods
    }
    case 'returned': {
      const instants = [...new Set(happened(condition.name ?? '*').map((event) => event.at))].sort((a, b) => a - b)
      const [newest, previous] = [instants.at(-1), instants.at(-2)]
      if (newest === undefined || previous === undefined || newest <= t - ms(condition.within)) return false
      return newest - previous >= ms(condition.after)
    }
    case 'sequence':
      return sequenceHolds(condition, data, t)
    case 'aggregate': {
      const { op, value, type: _, ...aggregate } = condition
      return passes(naiveAggregate(aggregate, data, t), op, value, t)
    }
    case 'computed': {
      const aggregate = data.workspace.computed[condition.key] as Aggregate
      return passes(naiveAggregate(aggregate, data, t), condition.op, condition.value, t)
    }
    case 'percentile': {
      const value = traitAt(condition.path, data, Number.POSITIVE_INFINITY) ?? null
      const table = data.workspace.percentiles[condition.path] as Percentiles
      const ranks = typeof condition.value === 'number' ? [condition.value] : condition.value
      const [low, high] = ranks.map((rank) => table[Math.round(rank * 10)] as number)
      return passes(value, condition.op, (high === undefined ? low : [low, high]) as JsonValue, t)
    }
    case 'segment':
      return naive(data.workspace.segments[condition.key] as Condition, data, t)
    case 'consent': {
      const key = condition.channel === undefined ? `purpose:${condition.purpose}` : `channel:${condition.channel}`
      const said = own(data.consents, key)
      const expired = said?.until !== undefined && t >= said.until
      return (said === undefined || expired ? 'unset' : said.status) === condition.status
    }
    case 'identifier':
      return data.identifiers.includes(condition.idType) === condition.exists
    case 'bucket': {
      const place = (hash53(`${condition.salt}\u0000${data.id}`) * 100) / 2 ** 53
      return place >= condition.from && place < condition.to
    }
  }
}

/** The value of a path as of an instant: that of the newest write. */
function traitAt(path: string, data: PersonData, t: number): JsonValue | undefined {
  const [top, ...rest] = path.split('.')
  const newest = inTime(own(data.writes, top as string) ?? []).findLast(({ at }) => at <= t)
  return dig(newest?.value, rest)
}

function writeTimes(path: string, data: PersonData, t: number): number[] {
  return inTime(own(data.writes, path.split('.')[0] as string) ?? [])
    .map(({ at }) => at)
    .filter((at) => at <= t)
}

function same(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  const present = (value: JsonValue | undefined) => (value === '' || value === undefined ? null : value)
  return canonicalJson(present(a)) === canonicalJson(present(b))
}
