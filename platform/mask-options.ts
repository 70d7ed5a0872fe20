import { extraNames, type MaskOptions } from '../shared/masking/mask.ts'
import { personalNamesIn } from '../shared/masking/plan-names.ts'
import { ConfigStore } from './config-store.ts'

/**
 * What is personal in a workspace beyond what is so everywhere; undefined while that cannot be read, and then nothing may be
 * shown to who sees it masked.
 */
export async function maskOptionsOf(env: Env, workspace: string): Promise<MaskOptions | undefined> {
  const configs = new ConfigStore(env.DB)
  const [config, pipeline] = await Promise.all([configs.workspace(workspace), configs.pipeline(workspace)])
  if (typeof config === 'string' || pipeline === 'unreadable') return undefined
  const marked = pipeline === 'unknown' ? [] : personalNamesIn(pipeline.plans)
  return { extra: extraNames(config.settings.privacy.personalNames, marked) }
}
