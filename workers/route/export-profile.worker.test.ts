import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { hashToken } from '../../platform/hashing.ts'
import { ProfileExport } from '../../shared/contract/export-profile.ts'
import { aMessage, aWorkspace, deliver, profileOf, type TestWorkspace } from '../../test/support/workspace.ts'
import { handleRequest } from '../handle-request.ts'

async function exported(ws: TestWorkspace, ref: string) {
  const token = `tk_${crypto.randomUUID()}`
  await env.DB.prepare(
    "INSERT INTO tokens (hash, id, workspace, name, scopes, created_at) VALUES (?, ?, ?, 't', '[\"profiles:read\"]', 0)",
  )
    .bind(hashToken(token), token.slice(3), ws.id)
    .run()
  const request = new Request(`https://t.example/api/v1/profiles/${ref}/export`, {
    headers: { Authorization: `Bearer ${token}` },
  })
  const response = await handleRequest(request, env, createExecutionContext())
  return { status: response.status, json: (await response.json()) as Record<string, unknown> }
}

test('a person is exported whole, also a timeline of more than one page, and to nobody else', async () => {
  const ws = await aWorkspace()
  const identify = {
    type: 'identify',
    userId: 'u1',
    anonymousId: 'a1',
    traits: { email: 'ann@example.com', plan: 'pro' },
    context: { consent: { email: 'granted' } },
  }
  const clicks = Array.from({ length: 450 }, (_, n) => ({
    type: 'track',
    event: 'Click',
    userId: 'u1',
    messageId: `c${n}`,
    // Five at one instant, so that pages end between events of one time.
    timestamp: new Date(Date.UTC(2026, 2, 15, 12, 0, Math.floor(n / 5))).toISOString(),
  }))
  await deliver([aMessage(ws, [identify, ...clicks])])
  const { status, json } = await exported(ws, 'email:ann@example.com')
  expect(status).toBe(200)
  const document = ProfileExport.parse(json)
  expect(document.profile).toMatchObject({ id: (await profileOf(ws, 'user_id', 'u1')).id, traits: { plan: 'pro' } })
  expect(document.profile.traitMeta).toHaveProperty('plan')
  expect(document.identity.links.length).toBe(2)
  expect(new Set(document.events.map(({ messageId }) => messageId)).size).toBe(451)
  expect(document.events.length).toBe(451)

  const { results } = await env.DB.prepare("SELECT detail FROM audit WHERE workspace = ? AND act = 'exportProfile'")
    .bind(ws.id)
    .all()
  expect(results).toEqual([{ detail: JSON.stringify({ profile: document.profile.id }) }])
  expect((await exported(await aWorkspace(), document.profile.id)).status).toBe(404)
  expect((await exported(ws, 'user_id:nobody')).status).toBe(404)
})
