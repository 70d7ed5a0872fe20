import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { profileStub } from '../platform/stubs.ts'
import { canonicalId } from '../shared/kernel/id.ts'
import { eventKey } from '../shared/profile/timeline.ts'
import { timelineSuite } from '../test/suite/timeline.suite.ts'
import { anEvent, NOW } from '../test/support/builders.ts'
import { ProfileStore } from './profile-store.ts'

const fresh = () => profileStub(env, 'store', canonicalId(NOW, crypto.getRandomValues(new Uint8Array(10))))

describe('a timeline in SQLite', () => {
  timelineSuite((check) =>
    runInDurableObject(fresh(), (_, { storage }) => {
      const store = new ProfileStore(storage.sql)
      store.createTables()
      check(store)
    }),
  )

  test('what one store wrote another reads: nothing lives in memory only', () =>
    runInDurableObject(fresh(), (_, { storage }) => {
      const writer = new ProfileStore(storage.sql)
      writer.createTables()
      const event = anEvent({ messageId: 'm' })
      writer.put({ key: eventKey(event), leaf: 'prf_0', copyId: 'c', event })
      writer.rememberPruned([{ key: 1, copy: 2, day: 20_000 }], 0)
      const reader = new ProfileStore(storage.sql)
      expect(reader.get(eventKey(event))?.event).toEqual(event)
      expect(reader.history.matching('*').map(({ id }) => id)).toEqual(['m'])
      expect(reader.prunedKeys()).toEqual([{ key: 1, copy: 2, day: 20_000 }])
    }))

  test('reading a profile that does not exist leaves nothing behind', async () => {
    const stub = fresh()
    expect(await stub.read({ meta: true })).toEqual({ kind: 'unknown' })
    expect(await stub.events({ limit: 10 })).toEqual({ kind: 'unknown' })
    const tables = await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("SELECT name FROM sqlite_master WHERE name IN ('state', 'event')").toArray(),
    )
    expect(tables).toEqual([])
  })
})
