import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { REPOSITORY } from '../local/settings.ts'
import type { Command } from './commands.ts'

/** Runs this project's wrangler with this Node. Questions are never asked: a deployment may run without a terminal. */
export class DeployError extends Error {}

const WRANGLER = join(REPOSITORY, 'node_modules/wrangler/bin/wrangler.js')

/** Shows wrangler's own output. @throws DeployError naming the command that failed */
export function show(command: Command, environment: { readonly [name: string]: string } = {}): void {
  const { status } = run(command, ['ignore', 'inherit', 'inherit'], environment)
  if (status !== 0) throw new DeployError(`wrangler ${command.slice(0, 3).join(' ')} failed, see above.`)
}

export interface Answer {
  readonly ok: boolean
  /** What wrangler printed on standard output. */
  readonly text: string
  /** Its complaints. */
  readonly complaint: string
}

/** For questions whose answer may be no. */
export function ask(command: Command): Answer {
  const { status, stdout, stderr } = run(command, ['ignore', 'pipe', 'pipe'], {})
  return { ok: status === 0, text: stdout, complaint: `${stderr}${status === 0 ? '' : stdout}` }
}

/** Like `ask`, for what must not fail. @throws DeployError with wrangler's words */
export function read(command: Command): string {
  const answer = ask(command)
  if (!answer.ok) throw new DeployError(`wrangler ${command.slice(0, 3).join(' ')} failed:\n${answer.complaint}`)
  return answer.text
}

type Stdio = ['ignore', 'inherit' | 'pipe', 'inherit' | 'pipe']

function run(command: Command, stdio: Stdio, environment: { readonly [name: string]: string }) {
  return spawnSync(process.execPath, [WRANGLER, ...command], {
    cwd: REPOSITORY,
    stdio,
    encoding: 'utf8',
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1', ...environment },
  })
}
