import { bigquery } from './type/bigquery.ts'
import { clickhouse } from './type/clickhouse.ts'
import { iceberg } from './type/iceberg.ts'
import { postgres } from './type/postgres.ts'
import { s3 } from './type/s3.ts'
import { snowflake } from './type/snowflake.ts'
import type { WarehouseType } from './warehouse.ts'

/** Every type of warehouse, in the order of the documentation. */
export const warehouseTypes: readonly WarehouseType[] = [postgres, clickhouse, s3, bigquery, snowflake, iceberg]

const byType = new Map(warehouseTypes.map((one) => [one.type, one]))

export function warehouseType(type: string): WarehouseType | undefined {
  return byType.get(type)
}
