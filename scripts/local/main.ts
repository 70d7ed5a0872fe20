import { start } from './start.ts'

// The process that holds the runtime. When the one that started it (supervise.ts) is gone without a signal, somebody
// killed it: nobody waits for a drain, and the runtime must not stay behind. Leaving ends it.
process.once('disconnect', () => process.exit(1))

// `npm start | head -3` closes our output; that is no reason to stop serving.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

await start()
