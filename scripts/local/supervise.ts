import { spawn } from 'node:child_process'
import { join } from 'node:path'

/**
 * The process that npm, a terminal or a supervisor knows as Tributary. It does nothing but watch over another one
 * (main.ts), which runs in a process group of its own together with the runtime. Because:
 *
 * - Ctrl-C reaches every process of the terminal's group. The runtime would end at once, and its queues, which are
 *   memory, with it; this way it ends after they are drained.
 * - Whichever of the two is killed outright, the other one ends the runtime: it never stays behind with the port and
 *   the databases. The same when npm is.
 */
export function supervise(): void {
  const ownGroup = process.platform !== 'win32'
  const child = spawn(process.execPath, [...process.execArgv, MAIN], {
    detached: ownGroup,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  whenNpmDies(() => child.kill('SIGTERM'))
  child.once('exit', (code) => {
    if (ownGroup && child.pid !== undefined) endGroup(child.pid)
    process.exit(code ?? 1)
  })
}

/** npm may be killed without a chance to pass the signal on; an orphan that nobody sees must not go on serving. */
function whenNpmDies(react: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    react()
  }, 500)
}

/** The file whose name tells the process apart from others (state-folder.ts). */
const MAIN = join(import.meta.dirname, 'main.ts')

function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch {
    // Nobody is left of it, as it should be.
  }
}
