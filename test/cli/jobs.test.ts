import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

/** A command in the middle of a long job, and Ctrl-C: against a server that only knows one job. */
let api: Server
const job = { state: 'running', cancelled: 0, polls: 0 }

beforeAll(async () => {
  api = createServer((request, response) => {
    const answer = (body: object) => response.writeHead(200).end(JSON.stringify(body))
    if (request.url === '/api/v1/replays') return answer({ jobId: 'job_1' })
    if (request.url?.endsWith('/cancel')) {
      job.cancelled += 1
      job.state = 'cancelled'
    }
    job.polls += 1
    const { state } = job
    answer({ id: 'job_1', kind: 'replay', state, done: 3, total: 10, errors: 0, reason: null, result: { replayed: 3 } })
  }).listen(0, '127.0.0.1')
  await once(api, 'listening')
})
afterAll(() => void api.close())
beforeEach(() => void Object.assign(job, { state: 'running', cancelled: 0, polls: 0 }))

const SCRIPT = join(process.cwd(), 'scripts/tributary.mjs')

function environment() {
  const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`
  return { ...process.env, TRIBUTARY_STATE: join(tmpdir(), 'none'), TRIBUTARY_URL: url, TRIBUTARY_TOKEN: 'tk_x' }
}

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries++) {
    if (tries > 400) throw new Error('it did not come about')
    await sleep(25)
  }
}

describe('Ctrl-C in a job', () => {
  test('where nobody can be asked leaves it going on, and says how to go on watching and how to stop it', async () => {
    const child = spawn(process.execPath, [SCRIPT, 'replay', '--from', '1h'], { env: environment() })
    let err = ''
    child.stderr.on('data', (chunk) => (err += String(chunk)))
    await until(() => job.polls > 1)
    child.kill('SIGINT')
    expect((await once(child, 'exit'))[0]).toBe(130)
    expect(err).toContain('npx tributary jobs follow job_1')
    expect(err).toContain('npx tributary jobs cancel job_1')
    expect(job.cancelled).toBe(0)
  })

  test('a job that failed or was cancelled elsewhere is exit code 1, with why', async () => {
    job.state = 'cancelled'
    const child = spawn(process.execPath, [SCRIPT, 'replay', '--from', '1h'], { env: environment() })
    let [out, err] = ['', '']
    child.stdout.on('data', (chunk) => (out += String(chunk)))
    child.stderr.on('data', (chunk) => (err += String(chunk)))
    expect((await once(child, 'exit'))[0]).toBe(1)
    expect(out).toContain('replay job_1 cancelled: replayed 3')
    expect(err).toContain('The job job_1 was cancelled.')
  })
})
