import { execFileSync, spawn } from 'node:child_process'

/**
 * The runtime is a process of its own, in a group of its own so that Ctrl-C does not end it before the queues are
 * drained. So if this process is killed outright, nobody would end it: it would keep the port and the databases. A
 * shell that waits for the end of a pipe from us does, and nothing else.
 */
export interface Watchdog {
  /** Calls it off; the runtime has been stopped in the ordinary way. */
  dismiss(): void
}

export function watchOver(command: string): Watchdog {
  const pids = process.platform === 'win32' ? [] : childrenNamed(command)
  if (pids.length === 0) return { dismiss() {} }
  const shell = spawn('sh', ['-c', 'read -r _; kill -9 "$@" 2>/dev/null', 'sh', ...pids], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.on('error', () => {}) // No sh, no watchdog: a convenience, not a condition.
  shell.unref()
  return { dismiss: () => void shell.kill('SIGKILL') }
}

function childrenNamed(command: string): readonly string[] {
  try {
    const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,comm='], { encoding: 'utf8' }).split('\n')
    return rows
      .map((row) => row.trim().split(/\s+/))
      .filter(([, parent, name]) => parent === String(process.pid) && name?.split('/').at(-1) === command)
      .flatMap(([pid]) => pid ?? [])
  } catch {
    return []
  }
}
