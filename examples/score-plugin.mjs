/**
 * A plugin as a service of its own, without a package: it gives every order a score while the event waits for it, and
 * installs itself in the local Tributary:
 *
 *   npm start                        in one terminal
 *   node examples/score-plugin.mjs   in another
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { tributary } from './tributary.mjs'

const secret = `whsec_${randomBytes(24).toString('base64')}`

/** One answer for an event: fields to set, a reason to drop it, or nothing. */
function answer({ properties = {} }) {
  if (properties.test === true) return { drop: 'a test order' }
  return { set: { 'properties.score': properties.total > 100 ? 'high' : 'low' } }
}

/** Standard Webhooks: only who knows the secret may ask. */
function isSigned(headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': given = '' } = headers
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const wanted = Buffer.from(`v1,${createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')}`)
  const isFresh = Math.abs(Date.now() / 1_000 - Number(at)) < 300
  return isFresh && wanted.length === given.length && timingSafeEqual(wanted, Buffer.from(given))
}

const server = createServer(async (request, response) => {
  const parts = []
  for await (const part of request) parts.push(part)
  const body = Buffer.concat(parts).toString('utf8')
  if (!isSigned(request.headers, body)) return response.writeHead(401).end()
  const { events } = JSON.parse(body)
  response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ results: events.map(answer) }))
})
server.listen(Number(process.env.PORT ?? 8790), '127.0.0.1')
await once(server, 'listening')
const own = `http://127.0.0.1:${server.address().port}/`

const { url, apiToken } = tributary()
const headers = { Authorization: `Bearer ${apiToken}`, 'Content-Type': 'application/json' }
const { plugins } = await (await fetch(`${url}/api/v1/plugins`, { headers })).json()
const known = plugins.find(({ name }) => name === 'Scores')
const plugin = {
  type: 'remote',
  name: 'Scores',
  filter: { events: ['Order Completed'] },
  settings: { url: own, secret, writes: ['properties.score'] },
}
const saved = await fetch(`${url}/api/v1/plugins${known ? `/${known.id}` : ''}`, {
  method: known ? 'PUT' : 'POST',
  headers,
  body: JSON.stringify(plugin),
})
if (!saved.ok) throw new Error(await saved.text())
console.log(`Orders are scored by ${own}, as plugin ${(await saved.json()).id}`)
