import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium } from 'playwright-core'

/** A real Chromium for tests, and pages for it on an origin of their own. */
const USUAL_PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Where a Chromium is, or undefined when the machine has none. In CI a missing one is an error: nothing would be tested. */
export function chromiumPath(): string | undefined {
  const found = USUAL_PLACES.find((path) => existsSync(path)) ?? onPath()
  if (found === undefined && process.env['CI'] === 'true') {
    throw new Error('CI needs a Chromium: install the package chromium')
  }
  return found
}

function onPath(): string | undefined {
  try {
    return execFileSync('which', ['chromium'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined // `which` says so by its exit code
  }
}

/** It reaches this machine and nobody else. */
export function launchChromium(executablePath: string): Promise<Browser> {
  const nobodyElse = '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1'
  // Containers run as root, where Chromium's sandbox refuses to start.
  return chromium.launch({ executablePath, args: ['--no-sandbox', nobodyElse] })
}

export interface PageServer {
  /** `http://localhost:…`: to a browser another site than 127.0.0.1. */
  readonly origin: string
  stop(): Promise<void>
}

export interface ServedFile {
  readonly type: string
  readonly content: string | Uint8Array
}

/** Serves files by path, and nothing else. */
export async function servePages(files: Readonly<Record<string, ServedFile>>): Promise<PageServer> {
  const server: Server = createServer((request, response) => {
    const file = files[new URL(request.url ?? '/', 'http://localhost').pathname]
    response.writeHead(file ? 200 : 404, { 'Content-Type': file?.type ?? 'text/plain' })
    response.end(file?.content ?? 'nothing here')
  })
  await new Promise<void>((resume) => server.listen(0, '127.0.0.1', resume))
  const { port } = server.address() as AddressInfo // it listens on TCP
  return {
    origin: `http://localhost:${port}`,
    stop: () => new Promise((resume) => server.close(() => resume())),
  }
}
