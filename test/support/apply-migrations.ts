import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'

/** Every test file starts with the schema of production. */
await applyD1Migrations(env.DB, (env as unknown as { TEST_MIGRATIONS: D1Migration[] }).TEST_MIGRATIONS)

type D1Migration = Parameters<typeof applyD1Migrations>[1][number]
