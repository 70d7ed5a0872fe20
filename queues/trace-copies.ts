import { traceOf, traceStub } from '../platform/stubs.ts'
import { isObject, type JsonValue } from '../shared/kernel/json.ts'
import { LIMITS } from '../shared/kernel/limits.ts'
import type { StageNote } from '../shared/pipeline/stage-note.ts'
import type { TraceLine } from '../shared/pipeline/trace.ts'
import { isForeign, toldOutcome, withoutContent } from '../shared/pipeline/without-content.ts'
import { type CopyWork, messageIdOf, type Unit, workspaceOf } from './copy.ts'
import { feedLive, type TracedCopy } from './feed-live.ts'

/** What became of each copy, for whoever asks where their event went. */
export async function traceCopies(env: Env, units: readonly Unit[]): Promise<void> {
  const now = Date.now()
  const known = units.filter((unit) => unit.source !== undefined)
  const byObject = Map.groupBy(known, (unit) => `${workspaceOf(unit)}/${traceOf(unit.ingest.requestId)}`)
  await Promise.all(
    [...byObject.values()].map(async (mine) => {
      const [first] = mine as [Unit]
      const traced = mine.flatMap((unit) => unit.copies.flatMap((copy) => tracedOf(copy, now)))
      const stub = traceStub(env, workspaceOf(first), traceOf(first.ingest.requestId))
      const watchers = await stub.record(
        now,
        traced.map(({ line }) => line),
      )
      if (watchers.length > 0) await feedLive(env, workspaceOf(first), watchers, traced)
    }),
  )
}

function tracedOf(copy: CopyWork, decidedAt: number): readonly TracedCopy[] {
  const { unit, event, placed, outcome, told } = copy
  const messageId = messageIdOf(copy)
  if (!outcome || messageId === undefined) return []
  const line: TraceLine = {
    messageId,
    copyId: copy.copyId,
    source: unit.ingest.source,
    receivedAt: unit.ingest.receivedAt,
    decidedAt,
    attempts: unit.message.attempts,
    type: event?.type,
    name: nameOf(copy),
    timestamp: event?.timestamp,
    outcome: toldOutcome(outcome, ...contentOf(copy)),
    fault: faultOf(copy),
    flags: event?.flags ?? [],
    notes: copy.notes?.map((one) => toldNote(copy, one)),
    canonicalId: placed?.profile,
    leaf: placed?.leaf,
    refused: placed?.refused ?? [],
    told: told && { kind: told.kind, traits: told.traits, identifiers: told.identifiers.length },
  }
  return [{ copy, line }]
}

/** As it was sent, as it came into the stages, and as it left them. */
function contentOf({ item, event, normalized }: CopyWork): readonly (JsonValue | undefined)[] {
  return [item.body, normalized as JsonValue | undefined, event as JsonValue | undefined]
}

function toldNote(copy: CopyWork, note: StageNote): StageNote {
  if (note.reason === undefined || !isForeign(note.step)) return note
  return { ...note, reason: withoutContent(note.reason, ...contentOf(copy)) }
}

/** What was rejected is looked for by the name it was sent with. */
function nameOf({ event, item }: CopyWork): string | undefined {
  if (event) return event.name
  const sent = isObject(item.body) ? item.body['event'] : undefined
  return typeof sent === 'string' ? sent.slice(0, LIMITS.nameChars) : undefined
}

function faultOf({ item, outcome }: CopyWork): TraceLine['fault'] {
  if (outcome?.kind !== 'rejected' || !item.reject) return undefined
  const { path, message } = item.reject
  return { path, message }
}
