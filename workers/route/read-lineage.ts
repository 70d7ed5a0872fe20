import { indexedLinesOf, newestDays } from '../../platform/lake-index.ts'
import { readDay, readRoot } from '../../platform/lake-manifest.ts'
import { TRACES, traceStub } from '../../platform/stubs.ts'
import { readLineage } from '../../shared/contract/read-lineage.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { isCanonicalId } from '../../shared/kernel/id.ts'
import { DAY, parseInstant, toIso } from '../../shared/kernel/instant.ts'
import { textOrNull } from '../../shared/kernel/json.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import type { GoldTable } from '../../shared/lake/columns.ts'
import { bronzeKey, partitionOf } from '../../shared/lake/lake-key.ts'
import { CANONICAL, MESSAGE } from '../../shared/lake/line-names.ts'
import type { DayManifest, Root } from '../../shared/lake/manifest.ts'
import type { PlacedLine } from '../../shared/lake/split-lines.ts'
import type { ProfileDocument } from '../../shared/profile/document.ts'
import { type Call, serve } from '../http/serve.ts'
import { readFrom } from './find-profile.ts'

/** Rows of the index that are looked through when nobody says between when; and lines that are shown. */
const MOST_INDEXED = 500_000
const MOST_LINES = 100

type Asked = { readonly from?: number | undefined; readonly to?: number | undefined }

export const readLineageRoute = serve(readLineage, async ({ query }, call) => {
  const { key, messageId, column, table } = query
  if (messageId !== undefined) return lineageOfMessage(messageId, query, call)
  const read = await readFrom(String(key), call, (stub) => stub.read({ meta: true }))
  if (!read.ok) return read
  const { id, value: profile } = read.value
  const writer = column === undefined ? undefined : writerOf(profile, column)
  if (column !== undefined && writer === undefined)
    return err(failure('not_found', `nothing is known of who wrote ${column}`))
  const { root, between } = await rangeOf(query, call)
  // Rows arrive under a leaf, and leaves stay: those of everybody who was merged into this one.
  const names =
    writer === undefined
      ? [id, ...profile.mergedIds].map((match) => ({ type: CANONICAL, match }))
      : [{ type: MESSAGE, match: writer }]
  const found: PlacedLine[] = []
  for (const name of names) found.push(...(await indexedLinesOf(call.env, call.workspace, name, between)))
  const lines = newestFirst(found).filter(({ line }) => writer !== undefined || isOf(table, line))
  return ok({
    table: table ?? null,
    key: String(key),
    column: column ?? null,
    canonicalId: id,
    goldAt: root.gold ? toIso(root.gold.at) : null,
    lines: await shown(lines.slice(0, MOST_LINES), root, call),
    more: lines.length > MOST_LINES,
    touched: null,
  })
})

async function lineageOfMessage(messageId: string, query: Asked, call: Call) {
  const { env, workspace } = call
  const { root, between } = await rangeOf(query, call)
  const lines = newestFirst(await indexedLinesOf(env, workspace, { type: MESSAGE, match: messageId }, between))
  const traced = (await Promise.all(TRACES.map((shard) => traceStub(env, workspace, shard).find(messageId)))).flat()
  const delivered = await Promise.all(TRACES.map((shard) => traceStub(env, workspace, shard).findDeliveries(messageId)))
  if (lines.length + traced.length === 0)
    return err(failure('not_found', 'no such message is in the lake; what just arrived is there after compaction'))
  const applied = traced.find(({ outcome }) => outcome.kind === 'applied')
  const line = lines.find(({ line: one }) => one['outcome'] === 'applied')?.line
  const canonicalId = applied?.canonicalId ?? (line ? String(line['canonicalId']) : null)
  const at = applied?.timestamp ?? (line ? Number(line['timestamp']) : undefined)
  const present = canonicalId && isCanonicalId(canonicalId) ? canonicalId : null
  const changes = present && at !== undefined ? await readFrom(present, call, (stub) => stub.changesAt(at)) : undefined
  const told = changes?.ok ? changes.value.value.told : []
  return ok({
    table: null,
    key: null,
    column: null,
    canonicalId: changes?.ok ? changes.value.id : present,
    goldAt: root.gold ? toIso(root.gold.at) : null,
    lines: await shown(lines.slice(0, MOST_LINES), root, call),
    more: lines.length > MOST_LINES,
    touched: {
      gold: present ? goldOf(line, told.length > 0) : [],
      segments: told.map(({ name, at: since }) => ({ segment: name, at: toIso(since) })),
      destinations: delivered.flat().map(({ destination, outcome }) => ({ destination, outcome })),
    },
  })
}

/** The tables of gold that an applied message has a part in. */
function goldOf(line: PlacedLine['line'] | undefined, hasSegments: boolean): string[] {
  const isActivity = ACTIVITY.includes(line?.['type'])
  return [
    'profiles',
    'identifiers',
    ...(isActivity ? ['sessions', 'daily_activity'] : []),
    ...(line?.['consents'] ? ['consents'] : []),
    ...(hasSegments ? ['segment_members', 'memberships'] : []),
  ]
}

/** As asked, else the newest days that are quickly looked through. */
async function rangeOf({ from, to }: Asked, { env, workspace, now }: Call) {
  const { value: root } = await readRoot(env.LAKE, workspace)
  const newest = from === undefined && to === undefined ? await newestDays(env, workspace, MOST_INDEXED) : null
  const first = newest ? (parseInstant(newest.from) ?? 0) : 0
  const last = newest ? (parseInstant(newest.to) ?? 0) + DAY : now + DAY
  return { root, between: { from: from ?? first, to: to ?? last } }
}

/** The message that wrote what stands in a column: `traits.plan`, `identifiers.email`. */
function writerOf({ traitMeta, identifiers }: ProfileDocument, column: string): string | undefined {
  const [kind, name = ''] = column.split('.')
  if (kind === 'traits') return traitMeta?.[name]?.messageId
  return kind === 'identifiers' ? identifiers.find(({ type }) => type === name)?.messageId : undefined
}

const ACTIVITY: readonly unknown[] = ['track', 'page', 'screen']

/** Whether rows of a table are made of such lines. */
function isOf(table: GoldTable | undefined, line: PlacedLine['line']): boolean {
  const isOwn = line['event'] !== undefined
  switch (table) {
    case 'segment_members':
    case 'memberships':
      return isOwn
    case 'sessions':
    case 'daily_activity':
      return !isOwn && line['outcome'] === 'applied' && ACTIVITY.includes(line['type'])
    case 'consents':
      return line['consents'] !== undefined
    default:
      return true
  }
}

function newestFirst(lines: readonly PlacedLine[]): readonly PlacedLine[] {
  const once = new Map(
    lines.map((one) => [`${bronzeKey(one.object.stream, one.object.hour, one.object.name)}#${one.n}`, one]),
  )
  return [...once.values()].sort((a, b) => Number(b.line['receivedAt']) - Number(a.line['receivedAt']))
}

async function shown(lines: readonly PlacedLine[], root: Root, { env }: Call) {
  const days = new Map<string, DayManifest>()
  const documents = []
  for (const { object, n, line } of lines) {
    const { day, hour } = partitionOf(Number(line['receivedAt']))
    const manifest = days.get(day) ?? (await readDay(env.LAKE, root, day))
    days.set(day, manifest)
    const table = line['event'] === undefined ? 'events' : 'own_events'
    const files = manifest.tables[table]?.[hour] ?? []
    const isRow = line['outcome'] === 'applied' && files.length > 0
    documents.push({
      object: bronzeKey(object.stream, object.hour, object.name),
      line: n,
      copyId: textOrNull(line['copyId']),
      messageId: textOrNull(line['messageId']),
      source: textOrNull(line['source']),
      type: textOrNull(line['type']),
      outcome: String(line['outcome']),
      reason: textOrNull(line['reason']),
      canonicalId: textOrNull(line['canonicalId']),
      receivedAt: toIso(Number(line['receivedAt'])),
      silver: isRow ? { table, partition: `dt=${day}/hr=${hour}`, files: files.map(({ key }) => key) } : null,
    })
  }
  return documents
}
