// `npm start`: checks that this Node can run TypeScript, then hands over to scripts/local/start.ts. Plain JavaScript
// that any Node of the last ten years parses, because its only job is to say clearly what to do when Node is too old.
// (The open-file limit needs no help here: Node raises its own to the hard limit, and workerd inherits it.)
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    [
      'Tributary needs Node 22.18 or newer to start, this is ' + process.version + '.',
      'The project brings its own: run `npm install` and then `npm start` (not `node scripts/start.mjs`).',
    ].join('\n'),
  )
  process.exit(1)
}

const { start } = await import('./local/start.ts')
await start()
