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
  if (!answer.ok) throw new CliError(`${server.url} refuses: ${answer.status} ${wordsOf(await answer.text())}`)
  return answer
}

export async function readJson<T>(server: Server, path: string): Promise<T> {
  return (await (await callApi(server, path)).json()) as T
}

function wordsOf(body: string): string {
  try {
    const { title, detail } = JSON.parse(body) as { title?: string; detail?: string }
    return detail ?? title ?? body.slice(0, 300)
  } catch {
    return body.slice(0, 300)
  }
}
