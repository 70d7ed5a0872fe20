#!/usr/bin/env node
// `npx tributary`. Plain JavaScript, so that an old Node gets as far as handing over to the one that the project brings.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const [major, minor] = process.versions.node.split('.').map(Number)
const brought = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))

if ((major < 22 || (major === 22 && minor < 18)) && existsSync(brought)) {
  process.on('SIGINT', () => {}) // Ctrl-C reaches both; the one that works decides how to end.
  const { status, signal, error } = spawnSync(brought, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  if (error) throw error
  process.exit(signal === null ? status : 1)
}

await import('./assert-node.mjs')
const { main } = await import('./cli/main.ts')
await main(process.argv.slice(2))
