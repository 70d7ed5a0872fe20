import { createServer } from 'node:net'
import { StartError } from './settings.ts'

/**
 * Makes sure that nobody listens on a port of 127.0.0.1, by listening there for a moment. Asked before anything is
 * touched, so that a second `npm start` leaves the first one alone.
 * @throws StartError naming the port and the way out
 */
export function assertFreePort(port: number): Promise<void> {
  return new Promise((done, failed) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => failed(new StartError(reason(port, error))))
    probe.listen({ host: '127.0.0.1', port, exclusive: true }, () => probe.close(() => done()))
  })
}

function reason(port: number, error: NodeJS.ErrnoException): string {
  const wayOut = `Choose another one: PORT=${port === 65_535 ? 8788 : port + 1} npm start`
  if (error.code === 'EADDRINUSE') {
    return `Port ${port} is already in use, perhaps by another Tributary. ${wayOut}`
  }
  if (error.code === 'EACCES') return `This user may not listen on port ${port}. Choose one above 1023: PORT=8787 npm start`
  return `Cannot listen on port ${port}: ${error.message}. ${wayOut}`
}
