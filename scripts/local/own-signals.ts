type Listener = (...args: never[]) => void

/**
 * Makes a Miniflare and takes its signal listeners off again: it ends the process at the first signal, but the queues
 * must be drained before. Its exit hook stays.
 */
export function keepingSignals<T>(make: () => T): T {
  const ours = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map(
    (signal) => [signal, process.listeners(signal) as Listener[]] as const,
  )
  const made = make()
  for (const [signal, listeners] of ours) {
    for (const listener of process.listeners(signal) as Listener[]) {
      if (!listeners.includes(listener)) process.removeListener(signal, listener as () => void)
    }
  }
  return made
}
