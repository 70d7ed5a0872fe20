import { traceOf, traceStub } from '../platform/stubs.ts'
import type { TraceLine } from '../shared/pipeline/trace.ts'
import { type CopyWork, messageIdOf, type Unit, workspaceOf } from './copy.ts'

/** What became of each copy, for whoever asks where their event went. */
export async function traceCopies(env: Env, units: readonly Unit[]): Promise<void> {
  const now = Date.now()
  const known = units.filter((unit) => unit.source !== undefined)
  const byObject = Map.groupBy(known, (unit) => `${workspaceOf(unit)}/${traceOf(unit.ingest.requestId)}`)
  await Promise.all(
    [...byObject.values()].map((mine) => {
      const [first] = mine as [Unit]
      const lines = mine.flatMap((unit) => unit.copies.flatMap((copy) => traceLineOf(copy, now)))
      return traceStub(env, workspaceOf(first), traceOf(first.ingest.requestId)).record(now, lines)
    }),
  )
}

function traceLineOf(copy: CopyWork, decidedAt: number): readonly TraceLine[] {
  const { unit, event, placed, outcome, told } = copy
  const messageId = messageIdOf(copy)
  if (!outcome || messageId === undefined) return []
  return [
    {
      messageId,
      copyId: copy.copyId,
      source: unit.ingest.source,
      receivedAt: unit.ingest.receivedAt,
      decidedAt,
      attempts: unit.message.attempts,
      type: event?.type,
      timestamp: event?.timestamp,
      outcome,
      fault: faultOf(copy),
      flags: event?.flags ?? [],
      notes: copy.notes,
      canonicalId: placed?.profile,
      leaf: placed?.leaf,
      refused: placed?.refused ?? [],
      told: told && { kind: told.kind, traits: told.traits, identifiers: told.identifiers.length },
    },
  ]
}

function faultOf({ item, outcome }: CopyWork): TraceLine['fault'] {
  if (outcome?.kind !== 'rejected' || !item.reject) return undefined
  const { path, message } = item.reject
  return { path, message }
}
