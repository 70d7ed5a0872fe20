import { WorkerEntrypoint } from 'cloudflare:workers'
import { fetchForCode } from '../../platform/customer-code-fetch.ts'
import { outboundRules } from '../../platform/outbound-address.ts'

/** All the network there is for a customer's isolate: its `fetch` comes here. The hosts are ours to say, not the code's. */
export class CustomerNetwork extends WorkerEntrypoint<Env, { readonly allow: readonly string[] }> {
  override fetch(request: Request): Promise<Response> {
    return fetchForCode(request, this.ctx.props.allow, outboundRules(this.env))
  }
}
