import { identityStub } from '../../platform/stubs.ts'
import { exportProfile } from '../../shared/contract/export-profile.ts'
import { type CursorPosition, decodeCursor } from '../../shared/kernel/cursor.ts'
import type { CanonicalId } from '../../shared/kernel/id.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { ok } from '../../shared/kernel/result.ts'
import { allLinks } from '../../shared/profile/why-one.ts'
import { type Call, serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'
import { readFrom } from './find-profile.ts'

/** Events may be 64 KB each, and an answer between objects 32 MB. */
const PAGE = 200
/** More changes of consent than a profile keeps. */
const ALL_CHANGES = 100_000

/** What fits into memory is read first, so that nobody is still a 404; the timeline is read while it is written. */
export const exportProfileRoute = serve(exportProfile, async ({ params }, call) => {
  const found = await readFrom(params.ref, call, async (stub) => {
    const read = await stub.read({ meta: true })
    if (read.kind !== 'found') return read
    const [identity, consents, history] = await Promise.all([
      stub.identity(),
      stub.consents(),
      stub.consentHistory({ limit: ALL_CHANGES }),
    ])
    if (identity.kind !== 'found') return identity
    if (consents.kind !== 'found') return consents
    if (history.kind !== 'found') return history
    const value = {
      profile: read.value,
      identity: identity.value,
      consents: consents.value,
      history: history.value.history,
    }
    return { kind: 'found', value }
  })
  if (!found.ok) return found
  const { id, value } = found.value
  const merges = await identityStub(call.env, call.workspace).mergesOf(id)
  await auditStatement(call, 'exportProfile', { profile: id }).run()
  const head = {
    exportedAt: toIso(call.now),
    profile: value.profile,
    identity: {
      identifiers: value.identity.identifiers,
      leaves: value.identity.leaves,
      links: allLinks(value.identity, merges),
      merges,
    },
    consents: value.consents,
    consentHistory: value.history,
  }
  const body = streamed(written(head, id, call))
  const headers = { 'Content-Type': 'application/json', 'Content-Disposition': `attachment; filename="${id}.json"` }
  return ok(new Response(body, { headers }))
})

async function* written(head: object, id: CanonicalId, call: Call): AsyncGenerator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"events":[`
  let cursor: CursorPosition | undefined
  let first = true
  do {
    const page = await readFrom(id, call, (stub) => stub.events({ limit: PAGE, cursor }))
    // The status has been sent: all that is left is to break off.
    if (!page.ok) throw new Error(`the export of ${id} broke off: ${page.failure.detail}`)
    const { events, cursor: next } = page.value.value
    if (events.length > 0) yield `${first ? '' : ','}${JSON.stringify(events).slice(1, -1)}`
    first = first && events.length === 0
    cursor = next === null ? undefined : decodeCursor(next)
  } while (cursor !== undefined)
  yield ']}'
}

/** A piece is made only when the last one was taken: a slow reader holds one page in memory. */
function streamed(pieces: AsyncGenerator<string>): ReadableStream {
  const encoder = new TextEncoder()
  return new ReadableStream({
    async pull(controller) {
      const piece = await pieces.next()
      if (piece.done) controller.close()
      else controller.enqueue(encoder.encode(piece.value))
    },
    async cancel() {
      await pieces.return(undefined)
    },
  })
}
