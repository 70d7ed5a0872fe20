import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { freePort } from '../test/support/local-server.ts'
import { timesOf } from './http-load.ts'
import { aRequest, PLAIN_SOURCE, SOURCE } from './traffic.ts'
import { startWhole } from './whole/servers.ts'

const HELP = `npx node bench/profile.ts [--events N] [--per-request N] [--people N] [--plain] [--out FILE]

Where the time of the whole program goes, from the edge to the profile: functions by their own time in V8's CPU profile of
the one isolate that runs edge, consumers and objects. What workerd itself does (SQLite, HTTP, the simulated queue) is not
in it, or stands as (program).

  --events N        events to measure (20000)
  --per-request N   events of a request (100)
  --people N        (100)
  --at-once N       requests under way (8)
  --plain           from a source whose events pass no stage
  --out FILE        the profile itself, for the developer tools of a browser`

interface ProfileNode {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  readonly children?: readonly number[]
}

interface CpuProfile {
  readonly nodes: readonly ProfileNode[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '20000' },
    'per-request': { type: 'string', default: '100' },
    people: { type: 'string', default: '100' },
    'at-once': { type: 'string', default: '8' },
    plain: { type: 'boolean', default: false },
    out: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
})
if (values.help) {
  console.log(HELP)
  process.exit(0)
}
const [events, perRequest, people] = [Number(values.events), Number(values['per-request']), Number(values.people)]
const atOnce = Number(values['at-once'])
const source = values.plain ? PLAIN_SOURCE : SOURCE
const inspectorPort = await freePort()
const server = await startWhole({ inspectorPort })
try {
  const requests = (count: number) => Array.from({ length: count }, () => aRequest(perRequest, { people }, source))
  const warm = Math.ceil(Math.max(people, events / 4) / perRequest)
  await timesOf(server.clients, requests(warm), atOnce)
  await server.applied(warm * perRequest)
  const inspector = await inspect(inspectorPort)
  await inspector('Profiler.enable')
  await inspector('Profiler.setSamplingInterval', { interval: 200 })
  await inspector('Profiler.start')
  const cpu = server.cpuMs()
  const many = Math.ceil(events / perRequest)
  await timesOf(server.clients, requests(many), atOnce)
  await server.applied((warm + many) * perRequest)
  const used = server.cpuMs() - cpu
  const { profile } = (await inspector('Profiler.stop')) as { profile: CpuProfile }
  if (values.out) writeFileSync(values.out, JSON.stringify(profile))
  const count = many * perRequest
  console.log(
    `${((used * 1_000) / count).toFixed(0)} µs CPU per event of the whole runtime; by function, µs per event:`,
  )
  for (const [name, us] of selfTimes(profile).slice(0, 60))
    console.log(`${(us / count).toFixed(2).padStart(8)}  ${name}`)
} finally {
  await server.stop()
}
process.exit(0)

function selfTimes({ nodes, samples, timeDeltas }: CpuProfile): readonly (readonly [string, number])[] {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const place = url === '' ? '' : ` :${lineNumber + 1}`
      return [id, `${functionName || '(anonymous)'}${place}`]
    }),
  )
  const times = new Map<string, number>()
  samples.forEach((id, i) => {
    const name = names.get(id) ?? '?'
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[i] ?? 0))
  })
  return [...times].sort(([, a], [, b]) => b - a)
}

type Call = (method: string, params?: object) => Promise<unknown>

async function inspect(port: number): Promise<Call> {
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as { webSocketDebuggerUrl: string }[]
  const [target] = targets
  if (!target) throw new Error('the runtime has nothing to inspect')
  const socket = new WebSocket(target.webSocketDebuggerUrl)
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', () => reject(new Error('the inspector does not answer')))
  })
  const waiting = new Map<number, (result: unknown) => void>()
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id?: number; result?: unknown }
    if (id !== undefined) waiting.get(id)?.(result)
  })
  let id = 0
  return (method, params = {}) =>
    new Promise((resolve) => {
      id += 1
      waiting.set(id, resolve)
      socket.send(JSON.stringify({ id, method, params }))
    })
}
