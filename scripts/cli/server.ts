import { readFileSync } from 'node:fs'
import { devFilePath } from '../local/dev-file.ts'
import { type Environment, stateFolderOf } from '../local/settings.ts'
import { CliError } from './command.ts'

/** The Tributary that commands talk to. */
export interface Server {
  readonly url: string
  readonly apiToken: string
}

/** The local one, else the one of the environment. @throws CliError when there is neither */
export function theServer(env: Environment): Server {
  const local = localServer(env)
  if (local) return local
  const [url, apiToken] = [env['TRIBUTARY_URL'], env['TRIBUTARY_TOKEN']]
  if (url && apiToken) return { url: url.replace(/\/+$/, ''), apiToken }
  throw new CliError(
    'There is no running Tributary. Start one in another terminal with `npm start`, or name one: TRIBUTARY_URL and ' +
      'TRIBUTARY_TOKEN.',
  )
}

function localServer(env: Environment): Server | undefined {
  try {
    return JSON.parse(readFileSync(devFilePath(stateFolderOf(env)), 'utf8')) as Server
  } catch {
    return undefined // it is there only while a server runs
  }
}

const TIMEOUT_MS = 30_000

/** What the server did not do, in its own words. */
export class Refused extends CliError {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** The answer to a call of the API. @throws CliError with the server's words when it refuses or cannot be reached */
export async function callApi(server: Server, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${server.apiToken}`, ...init.headers }
  let answer: Response
  try {
    answer = await fetch(new URL(path, server.url), { signal: AbortSignal.timeout(TIMEOUT_MS), ...init, headers })
  } catch (error) {
    const cause = error instanceof Error ? (error.cause as { code?: string } | undefined)?.code : undefined
    throw new CliError(
      `${server.url} cannot be reached (${cause ?? (error instanceof Error ? error.message : error)}).`,
    )
  }
  if (!answer.ok)
    throw new Refused(answer.status, `${server.url} refuses: ${answer.status} ${wordsOf(await answer.text())}`)
  return answer
}

export async function readJson<T>(server: Server, path: string): Promise<T> {
  return (await (await callApi(server, path)).json()) as T
}

export async function postJson<T>(server: Server, path: string, body: unknown): Promise<T> {
  const headers = { 'content-type': 'application/json' }
  return (await (await callApi(server, path, { method: 'POST', headers, body: JSON.stringify(body) })).json()) as T
}

/** All pages of a list, one after the other. */
export async function* pagesOf<T>(server: Server, path: string): AsyncIterable<T & { cursor: string | null }> {
  for (let cursor: string | null = ''; cursor !== null; ) {
    const after: string = cursor === '' ? '' : `${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`
    const page: T & { cursor: string | null } = await readJson(server, `${path}${after}`)
    yield page
    cursor = page.cursor
  }
}

interface Problem {
  readonly title?: string
  readonly detail?: string
  readonly errors?: readonly { readonly path: string; readonly message: string }[]
}

function wordsOf(body: string): string {
  try {
    const { title, detail, errors = [] } = JSON.parse(body) as Problem
    const said = detail ?? title ?? body.slice(0, 300)
    // A field that is at fault is named, whether or not the sentence does.
    const fields = errors.filter(({ path }) => !said.includes(path)).map(({ path, message }) => `${path}: ${message}`)
    return fields.length > 0 ? `${said} (${fields.join('; ')})` : said
  } catch {
    return body.slice(0, 300)
  }
}
