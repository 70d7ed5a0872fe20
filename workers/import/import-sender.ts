import { ConfigStore } from '../../platform/config-store.ts'
import { contentHash } from '../../platform/hashing.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import { type Sender, senderOf } from '../http/authenticate-source.ts'
import { callerOf } from '../http/authenticate-token.ts'
import { credentialOf } from '../http/credentials.ts'
import { readBytes } from '../http/read-body.ts'
import type { Call } from '../http/serve.ts'

/** For whom a file is imported, and as whom its events count. */
export interface ImportSender {
  readonly workspace: string
  readonly source: string
  readonly trust: 'public' | 'server'
  /** Empty for credentials of a source. */
  readonly tokenId: string
  /** The file, when it had to be read to prove who sends it. */
  readonly body?: Uint8Array
}

/** By any credential of ingestion, or by an API token, for a source that it names or for one that imports have. */
export async function importSender(call: Call, named: string | undefined): Promise<Result<ImportSender, Failure>> {
  const { request, env, now } = call
  const configs = new ConfigStore(env.DB)
  if (/^Bearer\s+tk_/i.test(request.headers.get('Authorization') ?? '')) {
    const caller = await callerOf(request, 'imports:write', env, configs, now)
    if (!caller.ok) return caller
    const { workspace, tokenId } = caller.value
    const source = named === undefined ? await ownSource(env, workspace, now) : await sourceNamed(env, workspace, named)
    return source.ok ? ok({ workspace, source: source.value, trust: 'server', tokenId }) : source
  }
  const credential = credentialOf(request)
  if (!credential) return err(NO_KEY)
  const sender = await senderOf(credential, { request, env, configs, now })
  if (!sender.ok) return sender
  if (!('prove' in sender.value)) return admitted(sender.value, named)
  // Nothing of a stranger is stored before it is proven, so a signed file is held; that bounds how large it may be.
  const body = await readBytes(request, SIGNED_BYTES)
  if (!body.ok) return body
  const proven = sender.value.prove(body.value)
  if (!proven.ok) return proven
  const admission = admitted(proven.value, named)
  return admission.ok ? ok({ ...admission.value, body: body.value }) : admission
}

/** A Worker has 128 MB in all. Larger files come with the secret key itself. */
const SIGNED_BYTES = 32 * 1024 * 1024

function admitted({ source, workspace, trust }: Sender, named: string | undefined): Result<ImportSender, Failure> {
  if (workspace === undefined) return err(failure('unavailable', 'the configuration cannot be read at the moment'))
  if (named !== undefined && named !== source) return err(failure('forbidden', 'this key is of another source'))
  return ok({ workspace, source, trust, tokenId: '' })
}

const NO_KEY = failure('unauthorized', 'send a write key, a server key or an API token with imports:write')

async function sourceNamed(env: Env, workspace: string, id: string): Promise<Result<string, Failure>> {
  const row = await env.DB.prepare('SELECT enabled FROM sources WHERE workspace = ? AND id = ?')
    .bind(workspace, id)
    .first<{ enabled: number }>()
  const errors = [{ path: 'source', message: row ? 'is disabled' : 'does not exist' }]
  return row?.enabled ? ok(id) : err(failure('unprocessable', `the source ${errors[0]?.message}`, errors))
}

/** Made with the first import; its id follows from the workspace, so two first imports make one. */
export async function ownSource(env: Env, workspace: string, now: number): Promise<Result<string, Failure>> {
  const id = `src_import${contentHash(`imports\n${workspace}`).slice(0, 16)}`
  await env.DB.prepare(
    `INSERT INTO sources (id, workspace, name, kind, created_at) VALUES (?, ?, 'Imports', 'server', ?)
     ON CONFLICT DO NOTHING`,
  )
    .bind(id, workspace, now)
    .run()
  return sourceNamed(env, workspace, id)
}
