import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import { BUILT, buildPortal, isBuilt } from './portal-build.ts'

/**
 * The files of the portal, as Cloudflare's assets serve them: a path that is no file is a page of the portal, and headers
 * come from the file `_headers`. Built when the first of them is asked for, so that a start waits for nothing.
 */
export interface PortalFiles {
  answer(url: string): Promise<Response>
  stop(): void
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}

export function portalFiles(): PortalFiles {
  const stopping = new AbortController()
  let building: Promise<void> | undefined
  /** One build serves all who wait for it; after one that failed the next request tries again. */
  function built(): Promise<void> {
    if (!building && isBuilt()) return Promise.resolve()
    building ??= buildPortal(stopping.signal).finally(() => {
      building = undefined
    })
    return building
  }
  return {
    async answer(url) {
      try {
        await built()
        return await fileOf(new URL(url).pathname)
      } catch (error) {
        if (!stopping.signal.aborted) console.error(error)
        return new Response('The portal could not be built: the terminal of `npm start` says why.', { status: 500 })
      }
    },
    stop: () => stopping.abort(),
  }
}

async function fileOf(path: string): Promise<Response> {
  // `normalize` of a path that begins with a slash cannot leave the folder.
  const name = normalize(decodeURIComponent(path))
  const wanted = name === '/' || name.startsWith('/_') ? undefined : await contentOf(name)
  const headers = await headersFile()
  if (wanted) return new Response(wanted, { headers: { 'Content-Type': typeOf(name), ...headers(name) } })
  const page = await readFile(join(BUILT, 'index.html'))
  return new Response(page, { headers: { 'Content-Type': typeOf('.html'), ...headers('/') } })
}

async function contentOf(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (extname(name) === '') return undefined
  // Not there: then it is a page.
  return readFile(join(BUILT, name)).catch(() => undefined)
}

function typeOf(name: string): string {
  return TYPES[extname(name) || name] ?? 'application/octet-stream'
}

/** `/path*` lines with indented headers below them; those of every pattern that fits. */
async function headersFile(): Promise<(path: string) => Record<string, string>> {
  const text = await readFile(join(BUILT, '_headers'), 'utf8')
  const rules: { pattern: string; headers: Record<string, string> }[] = []
  for (const line of text.split('\n').filter((one) => one.trim() !== '' && !one.startsWith('#'))) {
    const [, name, value] = /^\s+([\w-]+):\s*(.*)$/.exec(line) ?? []
    if (name !== undefined) Object.assign(rules.at(-1)?.headers ?? {}, { [name]: value })
    else rules.push({ pattern: line.trim(), headers: {} })
  }
  return (path) =>
    Object.assign({}, ...rules.filter(({ pattern }) => fits(pattern, path)).map(({ headers }) => headers))
}

function fits(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern
}
