/**
 * A shop's page on another origin than Tributary, with Segment's browser SDK as it comes:
 *
 *   npm start                         in one terminal
 *   node examples/browser-page.mjs    in another, then open the address it prints
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tributary } from './tributary.mjs'

const { url, writeKey } = tributary()
const page = readFileSync(new URL('page.html', import.meta.url), 'utf8')
  .replaceAll('TRIBUTARY_URL', url)
  .replaceAll('WRITE_KEY', writeKey)
const sdk = readFileSync(new URL('../node_modules/@segment/analytics-next/dist/umd/index.js', import.meta.url))

const server = createServer((request, response) => {
  const isSdk = request.url === '/analytics.js'
  response.setHeader('Content-Type', isSdk ? 'text/javascript' : 'text/html; charset=utf-8')
  response.end(isSdk ? sdk : page)
})
server.listen(Number(process.env.PORT ?? 8788), '127.0.0.1', () => {
  console.log(`The shop is open at http://localhost:${server.address().port}`)
})
