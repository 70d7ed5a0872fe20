import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { StartError } from './settings.ts'

/**
 * Makes sure that nobody listens on a port of 127.0.0.1, by listening there for a moment. Asked before anything is
 * touched, so that a second `npm start` leaves the first one alone. Asks three times within a second, because the
 * runtime of a Tributary that was killed takes a moment to follow it.
 * @throws StartError naming the port and the way out
 */
export async function assertFreePort(port: number): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const error = await listenForAMoment(port)
    if (!error) return
    if (error.code !== 'EADDRINUSE' || attempt === 3) throw new StartError(reason(port, error))
    await sleep(400)
  }
}

function listenForAMoment(port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((done) => {
    const probe = createServer()
    probe.once('error', done)
    probe.listen({ host: '127.0.0.1', port, exclusive: true }, () => probe.close(() => done(undefined)))
  })
}

function reason(port: number, error: NodeJS.ErrnoException): string {
  const wayOut = `Choose another one: PORT=${port === 65_535 ? 8788 : port + 1} npm start`
  if (error.code === 'EADDRINUSE') {
    return `Port ${port} is already in use, perhaps by another Tributary. ${wayOut}`
  }
  if (error.code === 'EACCES')
    return `This user may not listen on port ${port}. Choose one above 1023: PORT=8787 npm start`
  return `Cannot listen on port ${port}: ${error.message}. ${wayOut}`
}
