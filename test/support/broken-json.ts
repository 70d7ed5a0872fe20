import fc from 'fast-check'

/** JSON of a well-meaning client, broken: odd values and keys put in, keys taken away or doubled, anywhere in the tree. */
const oddKeys = fc.constantFrom(
  ...(
    '__proto__ constructor toString batch type messageId userId context traits properties integrations externalIds ' +
    'device writeKey sentAt timestamp originalTimestamp event groupId previousId anonymousId library page'
  ).split(' '),
)
export const oddValues: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(null, '', ' ', 0, -1, 1e308, true, [], {}, '\u0000', '\ud83e', 'null', '2026-02-30', '***'),
  fc.constantFrom(256, 70_000, 300_000).map((n) => 'x'.repeat(n)),
  fc.constantFrom(31, 33, 600).map((n) => JSON.parse('['.repeat(n) + ']'.repeat(n)) as unknown),
  fc.constant(Object.fromEntries(Array.from({ length: 1_100 }, (_, i) => [`k${i}`, i]))),
)

type Node = Record<string, unknown> | unknown[]
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null

/** One change somewhere in the tree: a walk by random turns, then a value set, a key taken away or one put in. */
export interface Change {
  readonly turns: readonly number[]
  readonly kind: 'set' | 'remove' | 'add' | 'double'
  readonly key: string
  readonly value: unknown
}
export const change: fc.Arbitrary<Change> = fc.record({
  turns: fc.array(fc.nat(20), { maxLength: 5 }),
  kind: fc.constantFrom('set', 'remove', 'add', 'double'),
  key: fc.oneof(oddKeys, fc.string()),
  value: oddValues,
})

export function changed(root: unknown, { turns, kind, key, value }: Change): unknown {
  if (!isNode(root)) return structuredClone(value)
  let here: Node = root
  for (const turn of turns) {
    const keys = Object.keys(here)
    const next = (here as Record<string, unknown>)[keys[turn % Math.max(keys.length, 1)] as string]
    if (!isNode(next)) break
    here = next
  }
  const keys = Object.keys(here)
  const mine = keys[(turns[0] ?? 0) % Math.max(keys.length, 1)]
  const define = (at: string) =>
    Object.defineProperty(here, at, {
      value: structuredClone(value),
      enumerable: true,
      configurable: true,
      writable: true,
    })
  if (kind === 'add' && !Array.isArray(here)) define(key)
  else if (mine === undefined) return root
  else if (kind === 'set') define(mine)
  else if (kind === 'remove') delete (here as Record<string, unknown>)[mine]
  else if (Array.isArray(here)) here.push(...here.slice(0, 40))
  return root
}
