import { isObject, type JsonObject, type JsonValue, own } from '../../../shared/kernel/json.ts'

/** The steps of a sequence, of which later ones may refer to earlier ones by number. */
export function stepsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.map((step) => (isObject(step) ? step : {})) : []
}

/** Without one of its steps: references follow their step, and a test against the one that is gone goes too. */
export function withoutStep(steps: readonly JsonObject[], at: number): readonly JsonObject[] {
  return asFirst(
    steps.toSpliced(at, 1).map((step) => renumbered(step, (n) => (n === at ? undefined : n > at ? n - 1 : n))),
  )
}

/** Two neighbours change places; a test against what is now later could not be saved, and goes. */
export function swapSteps(steps: readonly JsonObject[], at: number): readonly JsonObject[] {
  const [a, b] = [steps[at], steps[at + 1]]
  if (!a || !b) return steps
  const swapped = steps.with(at, b).with(at + 1, a)
  const moved = swapped.map((step, i) =>
    renumbered(step, (n) => {
      const place = n === at ? at + 1 : n === at + 1 ? at : n
      return place < i ? place : undefined
    }),
  )
  return asFirst(moved)
}

/** The first step has none before it: nothing to be within of, and nothing that could be waited for in vain. */
function asFirst(steps: readonly JsonObject[]): readonly JsonObject[] {
  const [first] = steps
  if (!first) return steps
  const { within: _, negate: __, ...rest } = first
  return steps.with(0, rest)
}

function renumbered(step: JsonObject, place: (n: number) => number | undefined): JsonObject {
  const where = own(step, 'where')
  if (!Array.isArray(where)) return step
  const tests = (where as readonly JsonValue[]).flatMap((test) => {
    const from = isObject(test) ? own(test, 'valueFrom') : undefined
    if (!isObject(test) || !isObject(from)) return [test]
    const next = place(Number(from['step']))
    return next === undefined ? [] : [{ ...test, valueFrom: { ...from, step: next } }]
  })
  if (tests.length > 0) return { ...step, where: tests }
  const { where: _, ...rest } = step
  return rest
}
