import { randomBytes } from 'node:crypto'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import type { CodeCall, CodeReply } from '../../platform/customer-code-load.ts'
import { bundleWorker } from './bundle.ts'
import { CODE_TOKEN_HEADER } from './code-token.ts'
import { keepingSignals } from './own-signals.ts'

/** A runtime that holds nothing but customer code, so that it can be killed when that code does not end. */
export interface CodeProcess {
  /** Rejects when the process ends before it answers. */
  ask(call: CodeCall): Promise<CodeReply>
  /** At once, whatever it is doing. */
  kill(): Promise<void>
}

const ENTRY = 'scripts/local/code-runner-worker.ts'

let bundled: Promise<string> | undefined

export async function openCodeProcess(): Promise<CodeProcess> {
  const contents = await (bundled ??= bundleWorker(ENTRY, {}))
  const token = randomBytes(32).toString('base64url')
  const miniflare = keepingSignals(
    () =>
      new Miniflare(
        convertV4MiniflareOptions({
          name: 'code-runner',
          modules: [{ type: 'ESModule', path: 'worker.js', contents }],
          compatibilityDate: '2026-09-15',
          compatibilityFlags: ['nodejs_compat'],
          workerLoaders: { LOADER: {} },
          bindings: { TOKEN: token },
          host: '127.0.0.1',
          port: 0,
          cf: false,
          log: new Log(LogLevel.NONE),
          telemetry: { enabled: false },
        }),
      ),
  )
  let killed: Promise<void> | undefined
  const kill = () => (killed ??= miniflare.dispose().catch(() => {})) // It fails once more with what is known.
  try {
    await miniflare.ready
  } catch (error) {
    await kill()
    throw error
  }
  return {
    kill,
    async ask(call) {
      const answer = await miniflare.dispatchFetch('http://code-runner/', {
        method: 'POST',
        headers: { [CODE_TOKEN_HEADER]: token },
        body: JSON.stringify(call),
      })
      if (!answer.ok) throw new Error(`the code runner answered ${answer.status}: ${await answer.text()}`)
      return (await answer.json()) as CodeReply
    },
  }
}
