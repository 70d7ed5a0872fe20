import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { webhookTools } from '../../platform/webhook-tools.ts'
import { validateItem } from '../../shared/event/validate-item.ts'
import type { JsonValue } from '../../shared/kernel/json.ts'
import type { HookSettings } from '../../shared/provider/hook-request.ts'
import { messageItem } from '../../shared/provider/message-item.ts'
import type { KeptHook, Provider } from '../../shared/provider/provider.ts'
import { HOOK_URL, requestOf, type Signed, type Signer } from '../support/provider-signers.ts'

/** What every provider value must do, whoever it speaks with. A provider that differs says so in its signer. */
const tools = webhookTools(async () => undefined)
const NOW = 1_790_000_000_000
const NOTHING: HookSettings = { secrets: [], publicUrl: HOOK_URL }

export function providerSuite(provider: Provider, signerOf: () => Promise<Signer>): void {
  describe(`${provider.name} verifies`, () => {
    const judged = async (call: Signed, settings: Partial<HookSettings>, now = NOW) =>
      (await provider.verify(requestOf(call), { ...NOTHING, ...settings }, tools, now)).ok

    async function signed(secret: 0 | 1 = 0, at = NOW) {
      const signer = await signerOf()
      const call = await signer.sign(signer.body, signer.secrets[secret], at)
      return { signer, call, settings: signer.settings(signer.secrets[0]) }
    }

    test('what it signed itself', async () => {
      const { call, settings } = await signed()
      expect(await judged(call, settings)).toBe(true)
    })

    test('nothing signed with another secret', async () => {
      const { call, settings } = await signed(1)
      expect(await judged(call, settings)).toBe(false)
    })

    test('with any of several secrets, so that they can be rotated', async () => {
      const { signer, call, settings } = await signed(1)
      if (settings.bearerToken !== undefined)
        return expect(await judged(call, { secrets: [...signer.secrets] })).toBe(true)
      return expect(await judged(call, { ...settings, secrets: [...signer.secrets] })).toBe(true)
    })

    test('nothing without a secret, or with a blank one', async () => {
      const { call } = await signed()
      for (const secrets of [[], [''], [' '], ['whsec_'], ['\n']]) expect(await judged(call, { secrets })).toBe(false)
    })

    test('nothing without its header', async () => {
      const { signer, call, settings } = await signed()
      const { 'content-type': type, ...rest } = call.headers
      for (const name of Object.keys(rest)) {
        if (name.startsWith('x-shopify-') && !name.includes('hmac')) continue
        const { [name]: _, ...others } = call.headers
        expect([name, await judged({ ...call, headers: others }, settings)]).toEqual([name, false])
      }
      if (Object.keys(rest).length === 0) expect(signer.signsBody || type).toBeFalsy()
    })

    test('nothing whose header came twice, right and wrong in either order', async () => {
      const [{ call, settings }, { call: wrong }] = [await signed(), await signed(1)]
      for (const name of Object.keys(call.headers)) {
        if (!/signature|hmac|authorization/.test(name)) continue
        const [good, bad] = [call.headers[name], wrong.headers[name]]
        for (const both of [`${good}, ${bad}`, `${bad}, ${good}`, `${good}, ${good}`]) {
          expect(await judged({ ...call, headers: { ...call.headers, [name]: both } }, settings)).toBe(false)
        }
      }
    })

    test('no header of rubbish, and never throws over it', async () => {
      const { call, settings } = await signed()
      await fc.assert(
        fc.asyncProperty(
          fc.string(),
          fc.constantFrom(...Object.keys(call.headers), 'x-nothing'),
          async (text, name) => {
            if (text === call.headers[name] || !/signature|hmac|authorization|timestamp|-id$/.test(name)) return
            if (/x-shopify-/.test(name) && !name.includes('hmac')) return
            expect(await judged({ ...call, headers: { ...call.headers, [name]: text } }, settings)).toBe(false)
          },
        ),
        { numRuns: 60 },
      )
    })

    test('no body that was changed, cut off, or written anew', async () => {
      const { signer, call, settings } = await signed()
      if (!signer.signsBody) return
      const changed = [
        call.body.slice(0, -1),
        call.body.slice(1),
        `${call.body} `,
        call.body.replace('a', 'b'),
        call.body.replace(/[a-z](?=[^a-z]*$)/, 'Z'),
        call.body.replace(/("|%22)/, "'"),
        '',
      ]
      const rewritten =
        call.body.startsWith('{') || call.body.startsWith('[')
          ? JSON.stringify(JSON.parse(call.body), null, 1)
          : `x=1&${call.body}`
      for (const body of [...changed, rewritten]) {
        if (body !== call.body) expect([body, await judged({ ...call, body }, settings)]).toEqual([body, false])
      }
    })

    test('nothing too old or from the future, where the time is signed', async () => {
      const { signer, call, settings } = await signed()
      if (signer.maxAgeSeconds === undefined) return
      const late = (seconds: number) => judged(call, settings, NOW + seconds * 1_000)
      expect(await late(signer.maxAgeSeconds)).toBe(true)
      expect(await late(signer.maxAgeSeconds + 1)).toBe(false)
      expect(await late(-300)).toBe(true)
      expect(await late(-301)).toBe(false)
      expect(await judged(call, { ...settings, maxAgeSeconds: 60 }, NOW + 61_000)).toBe(false)
    })
  })

  describe(`${provider.name} tells`, () => {
    const kept: KeptHook = { query: '', headers: { 'content-type': 'application/json' }, text: '', receivedAt: NOW }

    test('something of its sample, as messages that the pipeline takes, with ids that stay', async () => {
      const signer = await signerOf()
      const call = await signer.sign(signer.body, signer.secrets[0], NOW)
      const hook = { ...kept, headers: { ...kept.headers, ...call.headers }, text: call.body }
      const told = () => {
        const records = provider.read(hook, tools)
        if (!records.ok) throw new Error(records.failure)
        return records.value.flatMap((record) => {
          const events = provider.tell(record, hook, tools)
          return events.ok ? events.value : []
        })
      }
      const [events, again] = [told(), told()]
      expect(events.length).toBeGreaterThan(0)
      expect(again).toEqual(events)
      for (const event of events) {
        expect(event.dedup).not.toBe('')
        const item = messageItem(event, provider.name)
        expect(validateItem(item, undefined)).toMatchObject({ ok: true })
      }
    })

    test('of any JSON either events or why not, and never throws', () => {
      const words = [
        'event',
        'type',
        'id',
        'email',
        'data',
        'object',
        'MessageSid',
        'RecordType',
        'payload',
        'eventType',
        'mail',
        'signature',
        'event-data',
        '__proto__',
        'constructor',
      ]
      const key = fc.oneof(fc.constantFrom(...words), fc.string())
      const { json } = fc.letrec<{ json: JsonValue }>((tie) => ({
        json: fc.oneof(
          { maxDepth: 4 },
          fc.jsonValue() as fc.Arbitrary<JsonValue>,
          fc.array(tie('json'), { maxLength: 3 }),
          fc.dictionary(key, tie('json'), { maxKeys: 5 }),
        ),
      }))
      fc.assert(
        fc.property(json, (value) => {
          const records = provider.read({ ...kept, text: JSON.stringify(value) }, tools)
          for (const record of records.ok ? [...records.value, value] : [value]) {
            const events = provider.tell(record, kept, tools)
            for (const event of events.ok ? events.value : []) messageItem(event, provider.name)
          }
        }),
        { numRuns: 200 },
      )
    })

    test('of any text either records or why not, and never throws', () => {
      fc.assert(
        fc.property(
          fc.string(),
          fc.constantFrom('application/json', 'text/xml', 'text/csv', 'application/x-www-form-urlencoded'),
          (text, type) => {
            provider.read({ ...kept, headers: { 'content-type': type }, text }, tools)
          },
        ),
        { numRuns: 200 },
      )
    })
  })
}
