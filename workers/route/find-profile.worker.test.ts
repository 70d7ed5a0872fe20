import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { aMessage, aWorkspace, deliver, profileOf } from '../../test/support/workspace.ts'
import { identifierIn } from './find-profile.ts'

test('who was sent with a NUL in the id could not be asked for by that id', async () => {
  const ws = await aWorkspace()
  const sent = 'a\u0000b'
  await deliver([aMessage(ws, [{ type: 'track', event: 'Click', userId: sent }])])
  const kept = await identifierIn(`user_id:${sent}`, env, ws.id)
  expect((await profileOf(ws, 'user_id', kept?.match ?? '')).eventCounts).toEqual({ Click: 1 })
})
