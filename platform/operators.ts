import { isGranted } from '../shared/contract/granted.ts'

/**
 * Whether a workspace belongs to those who run the deployment: one of its tokens may administer. A workspace that was made
 * by such a token cannot get one (shared/contract/granted.ts). `now` in epoch milliseconds.
 */
export async function isOperators(env: Env, workspace: string, now: number): Promise<boolean> {
  const { results } = await env.DB.prepare(
    'SELECT scopes FROM tokens WHERE workspace = ? AND (expires_at IS NULL OR expires_at > ?)',
  )
    .bind(workspace, now)
    .all<{ scopes: string }>()
  return results.some(({ scopes }) => isGranted(JSON.parse(scopes) as string[], 'admin'))
}
