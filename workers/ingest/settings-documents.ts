import type { SourceConfig } from '../../shared/config/workspace-config.ts'

/**
 * The documents that Segment's and RudderStack's SDKs load before they start (contracts/sdk.md §7): the smallest that
 * work in all of them. Any further integration or destination would make a client load somebody else's code.
 */
export type KnownSource = Pick<SourceConfig, 'id' | 'name' | 'workspace' | 'enabled'>

/** @param url of the request: the host that the client reached is the one that its events shall come to */
export function segmentSettings(writeKey: string, url: URL) {
  return {
    integrations: {
      'Segment.io': {
        apiKey: writeKey,
        // Without a scheme and with /v1, as every client expects; absent, clients send to Segment itself.
        apiHost: `${url.host}/v1`,
        protocol: url.protocol.slice(0, -1),
        unbundledIntegrations: [],
        addBundledMetadata: true,
      },
    },
    plan: {},
    edgeFunction: {},
    middlewareSettings: {},
    enabledMiddleware: {},
    consentSettings: {},
    // Absent would be 1: a report of the SDK about itself with every page.
    metrics: { sampleRate: 0 },
    legacyVideoPluginsEnabled: false,
    remotePlugins: [],
  }
}

/** Clients store it and compare it with nothing; Kotlin's wants it to be there. */
const UPDATED_AT = '2024-01-01T00:00:00.000Z'

export function sourceConfig(writeKey: string, { id, name, workspace, enabled }: KnownSource) {
  return {
    source: {
      id,
      name,
      writeKey,
      enabled,
      workspaceId: workspace,
      config: { statsCollection: { errors: { enabled: false }, metrics: { enabled: false } } },
      destinations: [],
      connections: [],
      sourceDefinition: { name: 'Javascript' },
      updatedAt: UPDATED_AT,
    },
    updatedAt: UPDATED_AT,
  }
}
