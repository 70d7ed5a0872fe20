import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { profileStub } from '../platform/stubs.ts'
import { type CursorPosition, decodeCursor } from '../shared/kernel/cursor.ts'
import { canonicalId } from '../shared/kernel/id.ts'
import { anEvent, anIdentifier } from '../test/support/builders.ts'
import { aWorkspace } from '../test/support/workspace.ts'
import type { ApplyRequest } from './profile-object.ts'

const newId = () => canonicalId(Date.now(), crypto.getRandomValues(new Uint8Array(10)))

function requestOf(id: string, names: readonly string[]): ApplyRequest {
  const items = names.map((name) => {
    const event = anEvent({ messageId: `${id}-${name}`, name, timestamp: Date.now(), receivedAt: Date.now() })
    return {
      copyId: event.messageId,
      origin: 'live' as const,
      leaf: id,
      eventText: JSON.stringify(event),
      identifiers: [anIdentifier('user_id', 'u1', id)],
    }
  })
  return { epoch: 0, configVersion: 0, items }
}

describe('a profile object', () => {
  test('that fails in the middle of a batch has applied nothing of it, in the row and in memory', async () => {
    const ws = await aWorkspace()
    const id = newId()
    const stub = profileStub(env, ws.id, id)
    await stub.apply(requestOf(id, ['before']))
    const request = requestOf(id, ['one', 'two'])
    await runInDurableObject(stub, async (instance, { storage }) => {
      const sql = Object.getPrototypeOf(storage.sql) as { exec: SqlStorage['exec'] }
      const { exec } = sql
      let inserts = 0
      sql.exec = function (this: SqlStorage, query: string, ...values: SqlStorageValue[]) {
        if (query.startsWith('INSERT INTO event') && ++inserts === 2) throw new Error('disk full')
        return exec.call(this, query, ...values)
      } as SqlStorage['exec']
      // The instance is ours: it is called as its own callers do, within the object.
      const failing = (instance as unknown as { apply(request: ApplyRequest): Promise<unknown> }).apply(request)
      await expect(failing).rejects.toThrow('disk full')
      sql.exec = exec
    })
    const between = await stub.read({ meta: false })
    expect(between.kind === 'found' && between.value.eventCounts).toEqual({ before: 1 })
    const answer = await stub.apply(request)
    expect(answer).toMatchObject({ kind: 'ok', outcomes: [{ kind: 'applied' }, { kind: 'applied' }] })
    const after = await stub.read({ meta: false })
    expect(after.kind === 'found' && after.value.eventCounts).toEqual({ before: 1, one: 1, two: 1 })
  })

  test('that wins a merge tells another copy of what the loser applied to be a duplicate, before it has its pages', async () => {
    const ws = await aWorkspace()
    const [winner, loser] = [newId(), newId()]
    const first = requestOf(loser, ['one'])
    const again = { ...first, items: first.items.map((item) => ({ ...item, copyId: 'another copy' })) }
    await profileStub(env, ws.id, loser).apply(first)
    const arriving = [{ loser, seq: 7 }]
    const apply = (request: ApplyRequest) => profileStub(env, ws.id, winner).apply({ ...request, arriving })
    expect(await apply(again)).toMatchObject({ outcomes: [{ kind: 'duplicate' }] })
    expect(await apply(first)).toMatchObject({ outcomes: [{ kind: 'applied', redelivered: true }] })
    expect(await apply(requestOf(winner, ['two']))).toMatchObject({ outcomes: [{ kind: 'applied' }] })
    // Who was asked takes nothing any more: its answer stands.
    expect(await profileStub(env, ws.id, loser).apply(requestOf(loser, ['three']))).toEqual({ kind: 'elsewhere' })
  })

  test('that lives again after a merge was undone is not made a tombstone by a late question about that merge', async () => {
    const ws = await aWorkspace()
    const [winner, loser] = [newId(), newId()]
    const request = requestOf(loser, ['one'])
    await profileStub(env, ws.id, loser).apply({ ...request, epoch: 8 })
    const stub = profileStub(env, ws.id, loser)
    expect(await stub.seal({ winner, seq: 7 }, request.items)).toEqual([null])
    expect((await stub.apply({ ...requestOf(loser, ['two']), epoch: 8 })).kind).toBe('ok')
  })

  test('takes nothing from a caller whose knowledge is older than its epoch, and remembers the newest', async () => {
    const ws = await aWorkspace()
    const id = newId()
    const stub = profileStub(env, ws.id, id)
    expect((await stub.apply({ ...requestOf(id, ['one']), epoch: 3 })).kind).toBe('ok')
    expect(await stub.apply({ ...requestOf(id, ['two']), epoch: 2 })).toEqual({ kind: 'elsewhere' })
    expect((await stub.apply({ ...requestOf(id, ['three']), epoch: 3 })).kind).toBe('ok')
  })

  test('two sources with one messageId at one instant lost an event to the end of a page', async () => {
    const ws = await aWorkspace()
    const id = newId()
    const stub = profileStub(env, ws.id, id)
    const request = requestOf(id, ['one', 'two'])
    const items = ['web', 'app', 'till'].flatMap((source) =>
      request.items.map((item) => ({
        ...item,
        copyId: `${source}-${item.copyId}`,
        eventText: JSON.stringify({ ...JSON.parse(item.eventText), timestamp: 1_700_000_000_000, source }),
      })),
    )
    await stub.apply({ ...request, items })
    const seen = new Set<string>()
    let cursor: CursorPosition | undefined
    for (let pages = 0; pages < 6; pages++) {
      const read = await stub.events({ limit: 1, cursor })
      if (read.kind !== 'found') throw new Error(read.kind)
      for (const { source, messageId } of read.value.events) seen.add(`${source} ${messageId}`)
      cursor = read.value.cursor === null ? undefined : decodeCursor(read.value.cursor)
    }
    expect(seen.size).toBe(6)
    expect(cursor).toBeUndefined()
  })

  test('gives its timeline newest first, page by page, each event once, filtered by name and time', async () => {
    const ws = await aWorkspace()
    const id = newId()
    const stub = profileStub(env, ws.id, id)
    const names = Array.from({ length: 7 }, (_, i) => `e${i}`)
    await stub.apply(requestOf(id, names))
    const seen: (string | undefined)[] = []
    let cursor: { at: number; id: string } | undefined
    for (let pages = 0; pages < 5; pages++) {
      const read = await stub.events({ limit: 3, cursor })
      if (read.kind !== 'found') throw new Error(read.kind)
      seen.push(...read.value.events.map((event) => event.name))
      if (read.value.cursor === null) break
      const last = read.value.events.at(-1)
      cursor = { at: Date.parse(last?.timestamp as string), id: last?.messageId as string }
    }
    expect([...seen].sort()).toEqual(names)
    const one = await stub.events({ limit: 10, name: 'e3' })
    expect(one.kind === 'found' && one.value.events.map((event) => event.name)).toEqual(['e3'])
    const none = await stub.events({ limit: 10, to: 1 })
    expect(none.kind === 'found' && none.value.events).toEqual([])
  })
})
