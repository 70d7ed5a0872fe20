import { settingsOf } from './destination-settings.ts'
import { openModelClickHouse } from './model-clickhouse.ts'
import { openModelPostgres } from './model-postgres.ts'
import type { Model } from './model-row.ts'
import { type ModelReader, ModelRefusal } from './model-source.ts'
import { openModelUpload } from './model-upload.ts'
import { outboundRules } from './outbound-address.ts'

/** @throws ModelRefusal when it must not be called */
export async function openModel(env: Env, model: Model, upload: string | null): Promise<ModelReader> {
  const settings = settingsOf(env.IDENTITY_SECRET, model)
  switch (model.type) {
    case 'postgres':
      return openModelPostgres(settings, model.definition, outboundRules(env))
    case 'clickhouse':
      return openModelClickHouse(settings, model.definition, outboundRules(env))
    case 'lake': {
      if (upload === null) throw new ModelRefusal('a model of the lake is run by npx tributary models run')
      return openModelUpload(env.LAKE, model, upload)
    }
  }
}
