#!/usr/bin/env node
// `npx tributary`. Plain JavaScript, so that an old Node gets as far as handing over to the one that the project brings.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 18)) {
  const brought = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))
  if (!existsSync(brought)) {
    console.error('Tributary brings its own Node: run `npm install` in its folder first.')
    process.exit(1)
  }
  process.on('SIGINT', () => {}) // Ctrl-C reaches both; the one that works decides how to end.
  const self = fileURLToPath(import.meta.url)
  const { status, error } = spawnSync(brought, [self, ...process.argv.slice(2)], { stdio: 'inherit' })
  if (error) throw error
  process.exit(status ?? 1)
}

const { main } = await import('./cli/main.ts')
await main(process.argv.slice(2))
