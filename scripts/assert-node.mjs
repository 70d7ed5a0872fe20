// Says clearly what to do when Node is too old to run TypeScript. Plain JavaScript that any Node of the last ten years
// parses; imported before anything else.
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 18)) {
  const command = process.env.npm_lifecycle_event || 'start'
  console.error(
    [
      'Tributary needs Node 22.18 or newer, this is ' + process.version + '.',
      'The project brings its own: run `npm install` and then `npm run ' + command + '` (npm puts it on the path).',
    ].join('\n'),
  )
  process.exit(1)
}
