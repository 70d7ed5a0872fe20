// Installs the engines that are too large for everybody's node_modules into a cache folder outside of the repository.
// Done by .ci/run, by tests when TRIBUTARY_ENGINES=1, and by hand: node test/engines/install.mjs
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** ClickHouse as a library, 500 MB. */
const CHDB = '3.4.0'

export function enginesFolder() {
  return process.env['TRIBUTARY_ENGINES_FOLDER'] ?? join(homedir(), '.cache', 'tributary-engines')
}

/** Where an engine was installed; undefined when it is not, and nobody asked for it to be. */
export function engineFolder(name) {
  const folder = enginesFolder()
  if (existsSync(join(folder, 'node_modules', name))) return folder
  return process.env['TRIBUTARY_ENGINES'] === '1' ? install() : undefined
}

function install() {
  const folder = enginesFolder()
  mkdirSync(folder, { recursive: true })
  if (!existsSync(join(folder, 'package.json'))) writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  execFileSync('npm', ['install', '--no-audit', '--no-fund', `chdb@${CHDB}`], { cwd: folder, stdio: 'inherit' })
  // Loading it says whether this machine has what it needs.
  createRequire(join(folder, 'package.json')).resolve('chdb')
  return folder
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(install())
