import { describe, expect, test } from 'vitest'

/**
 * The import rule, held. Rooms stand in one linear order; a room imports earlier rooms and itself, never later ones:
 *
 *   shared (kernel → event → identity → consent → tracking → enrich → matching → config → segment → profile → audience → transform → tracking-plan → masking → plugin → pipeline → message → lake → quality → warehouse → model → provider → contract)
 *   → platform → durable-objects → queues → workers
 *
 * and `shared` is pure: no clock, no chance, no I/O; its few packages are pure as well (the test names them).
 */
const ROOMS = ['shared', 'platform', 'durable-objects', 'queues', 'workers'] as const
const SHARED = [
  'kernel',
  'event',
  'identity',
  'consent',
  'tracking',
  'enrich',
  'matching',
  'config',
  'segment',
  'profile',
  'audience',
  'transform',
  'tracking-plan',
  'masking',
  'plugin',
  'pipeline',
  'message',
  'lake',
  'quality',
  'warehouse',
  'model',
  'destination',
  'import',
  'provider',
  'connector',
  'contract',
]

/** What a room may import only as types: classes whose stubs it calls. workers/index.ts assembles the program. */
const TYPES_ONLY: Readonly<Record<string, readonly string[]>> = {
  platform: ['durable-objects'],
  queues: ['durable-objects'],
  workers: ['durable-objects', 'queues'],
}
const COMPOSITION_ROOT = 'workers/index.ts'

/** Edges against the order, each with its reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'shared/config -> shared/segment': 'a workspace configuration holds its segment definitions (types only)',
}

const modules = import.meta.glob<string>(
  [
    '../{shared,platform,durable-objects,queues,workers}/**/*.ts',
    '!../**/*.test.ts',
    '!../**/*.case.ts',
    '!../**/*.d.ts',
  ],
  { query: '?raw', import: 'default', eager: true },
)
const sources = new Map(Object.entries(modules).map(([path, text]) => [path.slice(3), text]))

interface Edge {
  readonly from: string
  readonly to: string
  readonly typeOnly: boolean
}

/** Every import and re-export. `[^'";]` spans lines but not statements, so a multi-line import list is seen whole. */
const IMPORT = /^\s*(?:import|export)\s+(type\s+)?[^'";]*?from\s+'([^']+)'|^\s*import\s+'([^']+)'/gm

function edgesOf(path: string, text: string): readonly Edge[] {
  return [...text.matchAll(IMPORT)].map((match) => ({
    from: path,
    to: resolvePath(path, (match[2] ?? match[3]) as string),
    typeOnly: match[1] !== undefined,
  }))
}

function resolvePath(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier
  const parts = from.split('/').slice(0, -1)
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}

const edges = [...sources].flatMap(([path, text]) => edgesOf(path, text))
const roomOf = (path: string) => path.split('/')[0] as string
const folderOf = (path: string) => path.split('/')[1] as string

describe('the import rule', () => {
  test('there is something to check', () => {
    expect(sources.size).toBeGreaterThan(50)
    expect(edges.length).toBeGreaterThan(100)
  })

  test('a room imports earlier rooms only', () => {
    const wrong = edges.filter(({ from, to, typeOnly }) => {
      const [a, b] = [ROOMS.indexOf(roomOf(from) as never), ROOMS.indexOf(roomOf(to) as never)]
      if (b === -1 || from === COMPOSITION_ROOT) return false
      if (TYPES_ONLY[roomOf(from)]?.includes(roomOf(to))) return !typeOnly
      return b > a
    })
    expect(wrong).toEqual([])
  })

  test('inside shared a folder imports earlier folders only', () => {
    const wrong = edges.filter(({ from, to }) => {
      if (roomOf(from) !== 'shared' || roomOf(to) !== 'shared') return false
      if (EXCEPTIONS[`shared/${folderOf(from)} -> shared/${folderOf(to)}`]) return false
      const [a, b] = [SHARED.indexOf(folderOf(from)), SHARED.indexOf(folderOf(to))]
      return a === -1 || b === -1 || b > a
    })
    expect(wrong).toEqual([])
  })

  test('nothing imports in a circle, types aside', () => {
    const targets = new Map<string, string[]>()
    for (const { from, to, typeOnly } of edges) {
      if (!typeOnly && sources.has(to)) targets.set(from, [...(targets.get(from) ?? []), to])
    }
    const done = new Set<string>()
    const walk = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) throw new Error(`a circle: ${[...trail.slice(trail.indexOf(path)), path].join(' -> ')}`)
      if (done.has(path)) return
      for (const next of targets.get(path) ?? []) walk(next, [...trail, path])
      done.add(path)
    }
    for (const path of sources.keys()) walk(path, [])
  })

  test('nothing outside test imports test', () => {
    expect(edges.filter(({ to }) => to.startsWith('test/'))).toEqual([])
  })
})

test('whoever logs writes through platform/log.ts, which keeps people out of the lines', () => {
  const rooms = ['platform', 'durable-objects', 'queues', 'workers']
  const own = [...sources].filter(([path]) => rooms.includes(roomOf(path)) && path !== 'platform/log.ts')
  expect(own.filter(([, text]) => /\bconsole\./.test(text)).map(([path]) => path)).toEqual([])
})

describe('shared is pure', () => {
  const shared = [...sources].filter(([path]) => roomOf(path) === 'shared')

  test('its packages are zod and what is pure as well', () => {
    const packages = edges.filter(({ from, to }) => roomOf(from) === 'shared' && !sources.has(to)).map(({ to }) => to)
    // Each is pure: tables and functions over what they are given, without `eval`.
    const allowed = ['zod', 'libphonenumber-js/min', '@cfworker/json-schema', 'bowser', 'isbot']
    expect([...new Set(packages)].filter((name) => !allowed.includes(name))).toEqual([])
  })

  test.each([
    ['the clock', /Date\.now|new Date\(\s*\)|performance\./],
    ['chance', /Math\.random|crypto\./],
    ['I/O', /\bfetch\(|\bprocess\.|\bconsole\.|setTimeout|setInterval/],
  ])('it never uses %s', (_, forbidden) => {
    const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    expect(shared.filter(([, text]) => forbidden.test(code(text))).map(([path]) => path)).toEqual([])
  })
})
