import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { type BuildFailure, build, formatMessages, type Plugin, stop } from 'esbuild'
import { REPOSITORY, StartError } from './settings.ts'

/** The entry of a local Tributary. @throws StartError with esbuild's words when the program does not compile */
export function bundleLocalWorker(define: { [name: string]: string }): Promise<string> {
  return bundleWorker('scripts/local/worker.ts', define)
}

/**
 * One ES module of an entry (a path from the repository's root) and all it imports, the way wrangler bundles for
 * production: the platform's and Node's modules stay imports, text files become strings.
 * @throws StartError with esbuild's words when the program does not compile
 */
export async function bundleWorker(entry: string, define: { [name: string]: string }): Promise<string> {
  try {
    const result = await build({
      entryPoints: [join(REPOSITORY, entry)],
      bundle: true,
      write: false,
      format: 'esm',
      target: 'es2024',
      platform: 'neutral',
      conditions: ['workerd', 'worker', 'browser'],
      mainFields: ['browser', 'module', 'main'],
      external: ['cloudflare:*', 'node:*'],
      loader: { '.sql': 'text', '.html': 'text', '.txt': 'text' },
      sourcemap: 'inline',
      sourcesContent: false,
      keepNames: true,
      plugins: [nodeModules],
      define,
      logLevel: 'silent',
    })
    return result.outputFiles[0]?.text ?? ''
  } catch (failure) {
    const messages = await formatMessages((failure as BuildFailure).errors ?? [], { kind: 'error', color: false })
    throw new StartError(`The program does not compile:\n${messages.join('') || failure}`)
  } finally {
    await stop() // esbuild's own process
  }
}

/** What packages of CommonJS require of Node becomes an import: an ES module of a Worker has no `require`. */
const nodeModules: Plugin = {
  name: 'node-modules',
  setup(bundling) {
    const names = new RegExp(`^(node:)?(${builtinModules.filter((name) => !name.startsWith('_')).join('|')})$`)
    bundling.onResolve({ filter: names }, ({ path, kind }) => {
      const name = path.startsWith('node:') ? path : `node:${path}`
      return kind === 'require-call' ? { path: name, namespace: 'node-required' } : { path: name, external: true }
    })
    bundling.onLoad({ filter: /.*/, namespace: 'node-required' }, ({ path }) => ({
      contents: `import required from '${path}'\nmodule.exports = required`,
      loader: 'js',
    }))
  },
}
