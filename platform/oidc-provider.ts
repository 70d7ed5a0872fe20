import { Role } from '../shared/contract/roles.ts'
import { seal, unseal } from './sealing.ts'

/** The provider that the members of a workspace sign in with, as its row has it. */
export interface OidcProvider {
  readonly workspace: string
  readonly label: string
  readonly issuer: string
  readonly clientId: string
  /** Of a public client null: PKCE alone proves who asks. */
  readonly sealed: string | null
  /** Domain of an address -> role of who comes with it for the first time. */
  readonly domains: Readonly<Record<string, Role>>
  readonly updatedAt: number
}

interface OidcRow {
  readonly workspace: string
  readonly label: string
  readonly issuer: string
  readonly client_id: string
  readonly sealed: string | null
  readonly domains: string
  readonly updated_at: number
}

const COLUMNS = 'workspace, label, issuer, client_id, sealed, domains, updated_at'

export async function oidcProviderOf(env: Pick<Env, 'DB'>, workspace: string): Promise<OidcProvider | undefined> {
  const row = await env.DB.prepare(`SELECT ${COLUMNS} FROM oidc_providers WHERE workspace = ?`)
    .bind(workspace)
    .first<OidcRow>()
  return row ? providerOf(row) : undefined
}

/** Of a deployment where just one workspace has a provider: nobody has to say which one is meant. */
export async function onlyOidcProvider(env: Pick<Env, 'DB'>): Promise<OidcProvider | undefined> {
  const { results } = await env.DB.prepare(`SELECT ${COLUMNS} FROM oidc_providers LIMIT 2`).all<OidcRow>()
  const [row] = results
  return row && results.length === 1 ? providerOf(row) : undefined
}

function providerOf({ client_id: clientId, updated_at: updatedAt, domains, ...row }: OidcRow): OidcProvider {
  const roles = Object.entries(JSON.parse(domains) as Record<string, string>)
  return {
    ...row,
    clientId,
    updatedAt,
    domains: Object.fromEntries(roles.map(([name, role]) => [name, Role.parse(role)])),
  }
}

const placeOf = (workspace: string) => `${workspace}/oidc`

export function sealedClientSecret(env: Env, workspace: string, text: string): string {
  return seal(env.IDENTITY_SECRET, placeOf(workspace), text)
}

/** @throws when it cannot be opened */
export function clientSecretOf(env: Env, { workspace, sealed }: OidcProvider): string | undefined {
  return sealed === null ? undefined : unseal(env.IDENTITY_SECRET, placeOf(workspace), sealed)
}
