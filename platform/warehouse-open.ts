import type { JsonObject } from '../shared/kernel/json.ts'
import type { BigQuerySettings } from '../shared/warehouse/type/bigquery.ts'
import type { ClickHouseSettings } from '../shared/warehouse/type/clickhouse.ts'
import type { IcebergSettings } from '../shared/warehouse/type/iceberg.ts'
import type { PostgresSettings } from '../shared/warehouse/type/postgres.ts'
import type { S3Settings } from '../shared/warehouse/type/s3.ts'
import type { SnowflakeSettings } from '../shared/warehouse/type/snowflake.ts'
import { type WarehousePort, WarehouseRefusal } from '../shared/warehouse/warehouse.ts'
import { refusedHost } from './outbound.ts'
import { type OutboundRules, refusedUrl } from './outbound-address.ts'
import { openBigQuery } from './warehouse-bigquery.ts'
import { openClickHouse } from './warehouse-clickhouse.ts'
import { openIceberg } from './warehouse-iceberg.ts'
import { openPostgres } from './warehouse-postgres.ts'
import { openS3 } from './warehouse-s3.ts'
import { openSnowflake } from './warehouse-snowflake.ts'

/** What opening a warehouse may need beside its settings. */
export interface OpenOptions {
  readonly rules: OutboundRules
  /** Of the workspace's sync: names that must not meet others in one warehouse. */
  readonly sync: string
}

type Open = (settings: never, options: OpenOptions) => Promise<WarehousePort>

const OPEN: Readonly<Record<string, Open>> = {
  postgres: async (settings: PostgresSettings, { rules }) => {
    const refused = await refusedServer(settings, rules)
    if (refused) throw new WarehouseRefusal(refused)
    return openPostgres(settings)
  },
  clickhouse: (settings: ClickHouseSettings, { rules }) => openClickHouse(settings, rules),
  s3: (settings: S3Settings, { rules }) => openS3(settings, rules),
  bigquery: (settings: BigQuerySettings, { rules }) => openBigQuery(settings, rules),
  snowflake: (settings: SnowflakeSettings, { rules }) => openSnowflake(settings, rules),
  iceberg: (settings: IcebergSettings, { rules }) => openIceberg(settings, rules),
}

/** Settings were parsed by the schema of the very type. @throws WarehouseRefusal when it must not be called */
export function openWarehouse(type: string, settings: JsonObject, options: OpenOptions): Promise<WarehousePort> {
  const open = OPEN[type]
  if (!open) throw new WarehouseRefusal(`there is no warehouse of type ${type}`)
  return open(settings as never, options)
}

/** Why a server must not be called that is no URL; undefined when it may. */
async function refusedServer(
  { host, tls }: Pick<PostgresSettings, 'host' | 'tls'>,
  rules: OutboundRules,
): Promise<string | undefined> {
  if (tls === 'off' && !rules.local) return 'tls must be required'
  const refused = refusedServerName(host, rules) ?? (await refusedHost(host, rules))
  return refused && `the host ${refused}`
}

/** Why a name or address of a server must not be called, as far as it says itself. */
export function refusedServerName(host: string, rules: OutboundRules): string | undefined {
  return refusedUrl(`https://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}/`, rules)
}
