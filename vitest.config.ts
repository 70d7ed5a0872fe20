import { mkdirSync } from 'node:fs'
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

// wrangler takes the Worker's secrets from here.
process.env['WRITE_KEY_SECRET'] ??= 'test-write-key-secret'
process.env['IDENTITY_SECRET'] ??= 'test-identity-secret'

// Bindings to the portal's files; the tests need none of them (test/portal builds what it looks at).
mkdirSync('portal/dist', { recursive: true })

// What properties draw from (test/support/seed.ts).
const given = process.env['SEED'] ?? '1'
const seed = given === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(given)
if (given === 'random') console.log(`SEED=${seed}`)
// This file is read once more for the second project.
process.env['SEED'] = String(seed)

/**
 * Two projects. `core`: the pure domain and the scripts, in Node. `workers`: everything that touches Cloudflare,
 * and parts of the pure domain once more, in workerd. The only file that names the Vitest integration.
 */
export default defineConfig(async () => ({
  test: {
    // What a passing test logs on purpose is nobody's concern.
    silent: 'passed-only' as const,
    // By default one less than there are cores, which on CI's two is one: files would wait for each other.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'core',
          include: [
            'shared/**/*.test.ts',
            'scripts/**/*.test.ts',
            'test/*.test.ts',
            'test/cli/*.test.ts',
            'test/engines/*.test.ts',
            'test/portal/*.test.ts',
          ],
          exclude: ['**/*.worker.test.ts', '**/node_modules/**'],
          setupFiles: ['./test/support/seed.ts'],
          provide: { seed },
          // What a browser shows comes when it comes.
          expect: { poll: { timeout: 30_000 } },
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: {
                AUDIENCE_SHARDS: '4',
                OUTBOUND: 'local',
                TEST_MIGRATIONS: await readD1Migrations('./d1-migrations'),
              },
            },
          }),
        ],
        test: {
          name: 'workers',
          // Of the pure domain what a runtime might do in its own way: text, numbers, dates, patterns, hashes.
          include: [
            'shared/{kernel,event,import,provider,consent,enrich,transform,tracking-plan,message}/**/*.test.ts',
            '**/*.worker.test.ts',
          ],
          exclude: ['**/node_modules/**', '**/*.node.test.ts'],
          setupFiles: ['./test/support/seed.ts', './test/support/apply-migrations.ts'],
          provide: { seed },
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
}))
