import { canonicalJson } from '../kernel/canonical-json.ts'
import type { JsonValue } from '../kernel/json.ts'
import type { Aggregate } from './aggregate.ts'
import { dig, has, inOrder, inWindow, nameMatches, numberIn } from './naive-tests.case.ts'
import type { PersonData } from './person-data.case.ts'

/** The value of an aggregate; undefined when there is none. */
export function naiveAggregate(aggregate: Aggregate, data: PersonData, t: number): JsonValue | undefined {
  const { fn, property } = aggregate
  const events = inOrder(data.events).filter(
    (event) =>
      nameMatches(aggregate.event, event.name) &&
      event.at <= t &&
      inWindow(event.at, aggregate.window, t) &&
      has(event, aggregate.where, t),
  )
  const values = events
    .map((event) => (property === undefined ? true : dig(event.properties, property.split('.'))))
    .filter((value) => value !== undefined && value !== null && value !== '') as JsonValue[]
  if (fn === 'count') return values.length
  const numbers = values.map(numberIn).filter((n) => !Number.isNaN(n))
  // The numbers of the tests have one decimal at most.
  const sum = numbers.reduce((total, n) => total + Math.round(n * 10), 0) / 10
  const kinds = new Map(values.map((value) => [canonicalJson(value), value]))
  const byText = [...kinds.values()].sort((a, b) => {
    const [left, right] = [a, b].map((value) => (typeof value === 'object' ? canonicalJson(value) : String(value)))
    return left === right
      ? canonicalJson(a) < canonicalJson(b)
        ? -1
        : 1
      : (left as string) < (right as string)
        ? -1
        : 1
  })
  const times = (value: JsonValue) => values.filter((other) => canonicalJson(other) === canonicalJson(value)).length
  const most = Math.max(0, ...byText.map(times))
  switch (fn) {
    case 'sum':
      return numbers.length === 0 ? undefined : sum
    case 'avg':
      return numbers.length === 0 ? undefined : sum / numbers.length
    case 'min':
      return numbers.length === 0 ? undefined : Math.min(...numbers)
    case 'max':
      return numbers.length === 0 ? undefined : Math.max(...numbers)
    case 'first':
      return values[0]
    case 'last':
      return values.at(-1)
    case 'most_frequent':
      return most < 2 ? undefined : byText.find((value) => times(value) === most)
    case 'unique_list':
      return byText.length === 0 ? undefined : byText
    case 'unique_count':
      return byText.length === 0 ? undefined : byText.length
  }
}
