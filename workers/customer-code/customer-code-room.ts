import { exports, WorkerEntrypoint } from 'cloudflare:workers'
import { type CodeCall, type CodeReply, callLoaded } from '../../platform/customer-code-load.ts'

/** An invocation of its own for one call of customer code (platform/customer-code.ts says why). */
export class CustomerCodeRoom extends WorkerEntrypoint<Env> {
  run(call: CodeCall): Promise<CodeReply> {
    return callLoaded(this.env.LOADER, (allow) => exports.CustomerNetwork({ props: { allow } }), call)
  }
}
