/** Ctrl-C arrives twice: the terminal sends it to npm and to our supervisor, and npm passes its own on. */
const SAME_PRESS_MS = 1_000

/**
 * Settles at the first SIGTERM, SIGINT or SIGHUP. From then on, another one that comes more than a second later ends
 * the process at once, for somebody who does not want to wait for the queues.
 */
export function untilSignal(): Promise<void> {
  let firstAt: number | undefined
  return new Promise((done) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (firstAt === undefined) firstAt = Date.now()
        else if (Date.now() - firstAt > SAME_PRESS_MS) process.exit(130)
        done()
      })
    }
  })
}
