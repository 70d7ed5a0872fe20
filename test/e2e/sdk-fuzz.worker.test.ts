import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { normalize } from '../../shared/event/normalize.ts'
import { validateItem } from '../../shared/event/validate-item.ts'
import { identifiersOf } from '../../shared/identity/identifier.ts'
import { IngestMessage } from '../../shared/message/ingest-message.ts'
import { handleRequest } from '../../workers/handle-request.ts'
import { INGEST_PATHS } from '../../workers/ingest/ingest-route.ts'
import { type Change, change, changed } from '../support/broken-json.ts'
import { fakeEnv, WRITE_KEY } from '../support/fake-env.ts'
import { RECORDED, type RecordedRequest, recordedBody } from '../support/recorded.ts'
import { aWorkspace, deliver, ledgerOf } from '../support/workspace.ts'

/**
 * What real SDKs sent, broken in every way at hand: at the level of JSON (wrong types, odd keys, deep and long things), of
 * the text, of the compression, of headers, method and path. The edge may refuse, but it may not break.
 */
const SEED = 20_261_121
const ORIGIN = 'http://shop.localhost:4173'

interface Posted {
  readonly path: string
  readonly body: string
}
const posted: readonly Posted[] = Object.values(RECORDED).flatMap((requests) =>
  requests.flatMap((recorded: RecordedRequest) => {
    const body = recordedBody(recorded, WRITE_KEY)
    return body === undefined ? [] : [{ path: recorded.path, body }]
  }),
)

/** One text in twenty is cut off, and one in twenty grows a tail. `cut` is from 0 to 99. */
function brokenText(body: string, changes: readonly Change[], cut: number): string {
  const text = JSON.stringify(changes.reduce(changed, JSON.parse(body) as unknown)) ?? ''
  return cut < 5 ? text.slice(0, Math.floor((text.length * cut) / 5)) : cut > 94 ? `${text}}` : text
}

const request = fc
  .tuple(fc.constantFrom(...posted), fc.array(change, { maxLength: 4 }), fc.nat(99))
  .map(([{ path, body }, changes, cut]) => ({ path, body: brokenText(body, changes, cut) }))

const BASIC = ['Authorization', `Basic ${btoa(`${WRITE_KEY}:`)}`] as const
const header = fc.constantFrom<readonly [string, string]>(
  BASIC,
  ['Authorization', 'Basic ???'],
  ['Authorization', `Bearer ${WRITE_KEY}`],
  ['Authorization', 'Bearer eyJhbGciOi'],
  ['X-Write-Key', WRITE_KEY],
  ['X-Write-Key', '***'],
  ['X-Write-Key', ':'],
  ['X-App-Key', 'ak_made.up'],
  ['SentAt', 'yesterday'],
  ['SentAt', '2026-11-20T21:00:56Z'],
  ['AnonymousId', 'YQ=='],
  ['X-Retry-Count', '9'.repeat(500)],
  ['Rsa-Retry-Attempt', '1'],
  ['Content-Type', 'application/x-www-form-urlencoded'],
  ['Content-Type', 'multipart/form-data; boundary=x'],
  ['Content-Encoding', 'br'],
  ['Content-Encoding', 'identity'],
  ['User-Agent', 'x'.repeat(3_000)],
)

/** Every second request has the right key and nothing odd. */
const headers = fc.oneof(fc.constant([BASIC]), fc.array(header, { maxLength: 4 }))

const packing = fc.constantFrom('plain', 'plain', 'plain', 'gzip', 'said but not gzip', 'half a gzip', 'with a BOM')
/** Undefined: as it was recorded. */
const elsewhere = fc.oneof(
  fc.constant(undefined),
  fc.record({
    path: fc.constantFrom(...INGEST_PATHS, '/v1/projects/x/settings', `/projects/${WRITE_KEY}/settings`, '/v1/%E0%A4'),
    tail: fc.constantFrom('', '/', '?', '?writeKey=', `?writeKey=${WRITE_KEY}`, '?data=%FF%00', '?a.b.c=1&a=2&%'),
    method: fc.constantFrom('POST', 'POST', 'GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'),
  }),
)

async function bodyOf(packed: string, body: string): Promise<BodyInit> {
  if (packed === 'with a BOM') return `\uFEFF${body}`
  if (packed !== 'gzip' && packed !== 'half a gzip') return body
  const stream = new Response(body).body?.pipeThrough(new CompressionStream('gzip'))
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer())
  return packed === 'gzip' ? bytes : bytes.slice(0, bytes.byteLength / 2)
}

const MAY_ANSWER = [200, 202, 204, 400, 401, 404, 405, 413]

describe('requests broken in every way at hand', () => {
  const faults = vi.spyOn(console, 'error').mockImplementation(() => {})

  test('never break the edge; every answer can be read by a page; what is accepted the consumer can read', async () => {
    const seen = new Map<number, number>()
    let items = 0
    await fc.assert(
      fc.asyncProperty(request, elsewhere, headers, packing, async ({ path, body }, other, more, packed) => {
        const how = other?.method ?? 'POST'
        const where = other ? other.path + other.tail : path
        const sent = new Headers(more.map(([name, value]) => [name, value] as [string, string]))
        sent.set('Origin', ORIGIN)
        if (packed.includes('gzip')) sent.set('Content-Encoding', 'gzip')
        const fake = fakeEnv()
        const sends = how !== 'GET' && how !== 'HEAD'
        const broken = new Request(`https://t.example${where}`, {
          method: how,
          headers: sent,
          ...(sends ? { body: await bodyOf(packed, body) } : {}),
        })
        const response = await handleRequest(broken, fake.env, {} as ExecutionContext)
        seen.set(response.status, (seen.get(response.status) ?? 0) + 1)

        expect(MAY_ANSWER).toContain(response.status)
        expect(faults).not.toHaveBeenCalled()
        expect(response.headers.get('Access-Control-Allow-Origin')).toBe(ORIGIN)
        expect(response.headers.get('Vary')).toContain('Origin')
        expect(response.headers.get('X-Request-Id')).not.toBeNull()
        const answer = new TextDecoder().decode(await response.arrayBuffer())
        if (response.status >= 400 && how !== 'HEAD') {
          expect(JSON.parse(answer)).toMatchObject({ code: expect.any(String) })
        }

        // Whole and well-formed on the queue, and nothing in it makes a pure function throw.
        const messages = fake.messages().map((message) => IngestMessage.parse(message))
        for (const message of messages) {
          for (const item of message.items) {
            items += 1
            expect(Object.keys(Object(item.body))).not.toContain('writeKey')
            const valid = item.reject ? undefined : validateItem(item.body, item.type)
            if (!valid?.ok) continue
            const event = normalize(message, item, valid.value, { windowMs: 2_000, graceMs: 120_000 })
            expect(event.messageId).not.toBe('')
            identifiersOf(event)
          }
        }
      }),
      { seed: SEED, numRuns: 3_000 },
    )
    // It is no good if everything is refused at the door.
    expect(seen.get(200) ?? 0).toBeGreaterThan(500)
    expect(seen.get(400) ?? 0).toBeGreaterThan(50)
    expect(seen.get(401) ?? 0).toBeGreaterThan(50)
    expect(items).toBeGreaterThan(500)
  })

  test('what is accepted gets an outcome in the consumer: nothing waits, and nothing makes our own code throw', async () => {
    const workspace = await aWorkspace()
    const queued: IngestMessage[] = []
    for (const { path, body } of fc.sample(request, { seed: SEED, numRuns: 600 })) {
      const fake = fakeEnv()
      const broken = new Request(`https://t.example${path}`, { method: 'POST', body, headers: [[...BASIC]] })
      await handleRequest(broken, fake.env, {} as ExecutionContext)
      queued.push(...fake.messages().map((message) => ({ ...message, source: workspace.source })))
    }
    for (let i = 0; i < queued.length; i += 50) {
      const { retried } = await deliver(queued.slice(i, i + 50))
      expect(retried).toEqual([])
    }
    const outcomes = [...(await ledgerOf(workspace)).values()].map(({ outcome }) => outcome)
    const copies = queued.reduce((sum, { items }) => sum + items.length, 0)
    expect(outcomes.length).toBe(copies)
    const counts = Object.fromEntries(Map.groupBy(outcomes, String))
    expect(counts['dead_letter']).toBeUndefined()
    for (const kind of ['applied', 'duplicate', 'rejected']) expect(counts[kind]?.length ?? 0).toBeGreaterThan(20)
    expect(faults).not.toHaveBeenCalled()
  })
})
