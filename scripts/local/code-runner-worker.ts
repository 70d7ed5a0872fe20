import { exports, WorkerEntrypoint } from 'cloudflare:workers'
import { fetchForCode } from '../../platform/customer-code-fetch.ts'
import { type CodeCall, callLoaded } from '../../platform/customer-code-load.ts'
import { CODE_TOKEN_HEADER } from './code-token.ts'

/**
 * The Worker in the process that runs customer code for a local Tributary: the very loading of production, reached over
 * HTTP by the launcher alone (code-process.ts).
 */
interface RunnerEnv {
  readonly LOADER: WorkerLoader
  readonly TOKEN: string
}

export class CustomerNetwork extends WorkerEntrypoint<RunnerEnv, { readonly allow: readonly string[] }> {
  override fetch(request: Request): Promise<Response> {
    return fetchForCode(request, this.ctx.props.allow, { local: true })
  }
}

/** The types know the exports of the deployed Worker, whose namesake is the same to a caller. */
const network = (allow: readonly string[]) => exports.CustomerNetwork({ props: { allow } })

export default {
  async fetch(request, env) {
    // The port is open to every process of this machine.
    if (request.headers.get(CODE_TOKEN_HEADER) !== env.TOKEN) return new Response(null, { status: 404 })
    return Response.json(await callLoaded(env.LOADER, network, (await request.json()) as CodeCall))
  },
} satisfies ExportedHandler<RunnerEnv>
