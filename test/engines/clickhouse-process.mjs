// The real ClickHouse (chdb, in this process) behind a small server that speaks its HTTP protocol. Its own process, since a
// native library that breaks would take the tests with it. Arguments: folder of the engine, folder of the data, password, port (0: any).
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const [engine, data, password, port = '0'] = process.argv.slice(2)
const { Session } = createRequire(join(engine, 'package.json'))('chdb')
const session = new Session(data)

/** Parameters of the protocol, which are no settings of the engine. */
const NO_SETTINGS = new Set(['query', 'database', 'wait_end_of_query'])

const server = createServer(async (request, response) => {
  const parts = []
  for await (const part of request) parts.push(part)
  const body = Buffer.concat(parts).toString('utf8')
  const url = new URL(request.url ?? '/', 'http://localhost')
  const query = url.searchParams.get('query')
  if (request.headers['x-clickhouse-key'] !== password)
    return answer(response, 403, 'Code: 516. DB::Exception: Authentication failed', '516')
  try {
    // Parameters of the URL as the engine takes them: the database and values first, settings behind the query.
    const database = url.searchParams.get('database')
    if (database !== null) session.query(`USE \`${database}\``)
    const settings = []
    for (const [name, value] of url.searchParams) {
      const said = `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
      if (name.startsWith('param_')) session.query(`SET ${name} = ${said}`)
      else if (!NO_SETTINGS.has(name)) settings.push(`${name} = ${said}`)
    }
    const sql = query === null ? body : `${query}\n${body}`
    const asked = settings.length === 0 ? sql : `${sql} SETTINGS ${settings.join(', ')}`
    answer(response, 200, session.query(asked, 'TabSeparated'))
  } catch (fault) {
    const said = String(fault?.message ?? fault)
    answer(response, 500, said, /Code: (\d+)/.exec(said)?.[1] ?? '0')
  }
})

function answer(response, status, text, code) {
  response.writeHead(status, code ? { 'X-ClickHouse-Exception-Code': code } : {})
  response.end(text)
}

server.listen(Number(port), '127.0.0.1', () => console.log(`port ${server.address().port}`))
process.on('SIGTERM', () => process.exit(0))
