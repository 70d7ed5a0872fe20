import { afterAll, beforeAll, describe } from 'vitest'
import { type ClickHouseServer, NO_CLICKHOUSE, startClickHouse } from '../support/clickhouse-server.ts'
import { type LocalServer, startLocalServer } from '../support/local-server.ts'
import { modelsSuite } from '../support/models-suite.ts'
import { NO_POSTGRES, type PostgresServer, startPostgres } from '../support/postgres.ts'

/** Models over real engines, run by a Tributary that was started as a person starts it. */
let server: LocalServer
let postgres: PostgresServer
let clickhouse: ClickHouseServer

beforeAll(async () => {
  if (NO_POSTGRES && NO_CLICKHOUSE) return
  server = await startLocalServer()
}, 90_000)
afterAll(() => server?.stop(), 60_000)

describe.skipIf(NO_POSTGRES)(`models over PostgreSQL${NO_POSTGRES ? `: ${NO_POSTGRES}` : ''}`, () => {
  beforeAll(async () => {
    postgres = await startPostgres()
    await postgres.query('CREATE TABLE users (id text PRIMARY KEY, plan text, score numeric)')
    await postgres.query('CREATE TABLE scored (n int, who text, score int, updated_at timestamptz)')
    await postgres.query('CREATE SEQUENCE seq')
  }, 90_000)
  afterAll(() => postgres?.stop(), 60_000)

  modelsSuite({
    type: 'postgres',
    server: () => server,
    settings: () => ({
      host: '127.0.0.1',
      port: postgres.port,
      database: 'postgres',
      user: postgres.user,
      password: postgres.password,
      tls: 'off',
    }),
    locked: { user: 'nobody_here' },
    forbidden: { settings: { host: '10.0.0.1' }, path: 'source.settings.host' },
    exec: (sql) => postgres.query(sql),
    crash: () => postgres.crash(),
    says: {
      numbers: (count) => `generate_series(1, ${count}) n`,
      text: (expression) => `${expression}::text`,
      instant: (text) => `'${text}+00'::timestamptz`,
      later: (instant, micros) => `${instant} + ${micros} * interval '1 microsecond'`,
      update: (table, set, where) => `UPDATE ${table} SET ${set} WHERE ${where}`,
      remove: (table, where) => `DELETE FROM ${table} WHERE ${where}`,
      nothing: 'NULL::int',
      writing: { query: "SELECT 'a' AS id, setval('seq', 1) AS plan", reason: 'read-only' },
      values: {
        columns: `1.5::numeric AS price, true AS yes, NULL::text AS nothing, 'a "b" '' \u2028 😀' AS said,
          ARRAY[1, 2] AS list, '{"a": {"b": null}}'::jsonb AS object, 9007199254740991::bigint AS large,
          '2026-01-02 03:04:05.678+00'::timestamptz AT TIME ZONE 'UTC' AS at, '1969-07-20'::date AS day`,
        told: {
          price: 1.5,
          yes: true,
          nothing: null,
          said: 'a "b" \' \u2028 😀',
          list: [1, 2],
          object: { a: { b: null } },
          large: 9007199254740991,
          at: '2026-01-02T03:04:05.678',
          day: '1969-07-20',
        },
      },
      slow: (rows) => `generate_series(1, ${rows}) n, pg_sleep(0.2)`,
    },
  })
})

describe.skipIf(NO_CLICKHOUSE)(`models over ClickHouse${NO_CLICKHOUSE ? `: ${NO_CLICKHOUSE}` : ''}`, () => {
  beforeAll(async () => {
    clickhouse = await startClickHouse()
    await clickhouse.query('CREATE DATABASE app')
    await clickhouse.query(
      'CREATE TABLE app.users (id String, plan Nullable(String), score Nullable(Decimal(10, 2))) ENGINE = MergeTree ORDER BY id',
    )
    await clickhouse.query(
      `CREATE TABLE app.scored (n Nullable(Int32), who Nullable(String), score Int32, updated_at DateTime64(6, 'UTC'))
       ENGINE = MergeTree ORDER BY tuple()`,
    )
  }, 120_000)
  afterAll(() => clickhouse?.stop(), 60_000)

  const instant = (text: string) => `toDateTime64('${text}', 6, 'UTC')`
  const mutation = 'SETTINGS mutations_sync = 1'

  modelsSuite({
    type: 'clickhouse',
    server: () => server,
    settings: () => ({ url: clickhouse.url, password: clickhouse.password, database: 'app' }),
    locked: { password: 'wrong' },
    forbidden: { settings: { url: 'https://10.0.0.1:8443' }, path: 'source.settings.url' },
    exec: (sql) => clickhouse.query(sql.replaceAll(/\b(users|scored)\b/g, 'app.$1')),
    crash: () => clickhouse.crash(),
    says: {
      numbers: (count) => `(SELECT toInt32(number + 1) AS n FROM numbers(${count}))`,
      text: (expression) => `toString(${expression})`,
      instant,
      later: (at, micros) => `addMicroseconds(${at}, ${micros})`,
      update: (table, set, where) => `ALTER TABLE ${table} UPDATE ${set} WHERE ${where} ${mutation}`,
      remove: (table, where) => `ALTER TABLE ${table} DELETE WHERE ${where} ${mutation}`,
      nothing: 'NULL',
      writing: null,
      values: {
        columns: `toDecimal64(1.5, 2) AS price, true AS yes, NULL AS nothing, 'a "b" '' \u2028 😀' AS said,
          [1, 2] AS list, map('a', map('b', NULL::Nullable(String))) AS object, 9007199254740991 AS large,
          toDateTime64('2026-01-02 03:04:05.678', 3, 'UTC') AS at, toDate32('1969-07-20') AS day`,
        told: {
          price: 1.5,
          yes: true,
          nothing: null,
          said: 'a "b" \' \u2028 😀',
          list: [1, 2],
          object: { a: { b: null } },
          large: 9007199254740991,
          at: '2026-01-02T03:04:05.678Z',
          day: '1969-07-20',
        },
      },
      slow: (rows) => `(SELECT toInt32(number + 1) AS n FROM numbers(${rows}) WHERE sleepEachRow(0.0001) = 0)`,
    },
  })
})
