import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { anOidcProvider, type OidcProviderFake, type Somebody } from './oidc-provider.ts'

/** The provider of oidc-provider.ts on a port of this machine. */
export async function anOidcServer(person: Somebody) {
  let provider: OidcProviderFake | undefined
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const { method = 'GET', url = '/', headers } = request
    const given = new Request(new URL(url, `http://${headers.host}`), {
      method,
      headers: Object.entries(headers).flatMap(([name, value]): [string, string][] =>
        value ? [[name, String(value)]] : [],
      ),
      ...(parts.length > 0 ? { body: Buffer.concat(parts) } : {}),
    })
    const answer = await provider?.answer(given)
    response.writeHead(answer?.status ?? 503, Object.fromEntries(answer?.headers ?? []))
    response.end(await answer?.text())
  })
  await new Promise<void>((resume) => server.listen(0, '127.0.0.1', resume))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  provider = await anOidcProvider(issuer, person)
  return {
    issuer,
    provider,
    async stop() {
      server.closeAllConnections()
      await new Promise((resume) => server.close(resume))
    },
  }
}
