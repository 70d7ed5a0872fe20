// The real ClickHouse (chdb, in this process) behind a small server that speaks its HTTP protocol. Its own process, since a
// native library that breaks would take the tests with it. Arguments: folder of the engine, folder of the data, password.
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const [engine, data, password] = process.argv.slice(2)
const { Session } = createRequire(join(engine, 'package.json'))('chdb')
const session = new Session(data)

const server = createServer(async (request, response) => {
  const parts = []
  for await (const part of request) parts.push(part)
  const body = Buffer.concat(parts).toString('utf8')
  const url = new URL(request.url ?? '/', 'http://localhost')
  const query = url.searchParams.get('query')
  if (request.headers['x-clickhouse-key'] !== password)
    return answer(response, 403, 'Code: 516. DB::Exception: Authentication failed', '516')
  try {
    answer(response, 200, session.query(query === null ? body : `${query}\n${body}`, 'TabSeparated'))
  } catch (fault) {
    const said = String(fault?.message ?? fault)
    answer(response, 500, said, /Code: (\d+)/.exec(said)?.[1] ?? '0')
  }
})

function answer(response, status, text, code) {
  response.writeHead(status, code ? { 'X-ClickHouse-Exception-Code': code } : {})
  response.end(text)
}

server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`))
process.on('SIGTERM', () => process.exit(0))
