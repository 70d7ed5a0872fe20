/** The scopes of a token as they are now, or undefined when it was deleted or has expired. `now` in epoch milliseconds. */
export async function grantOf(
  env: Env,
  workspace: string,
  tokenId: string,
  now: number,
): Promise<readonly string[] | undefined> {
  const row = await env.DB.prepare('SELECT scopes, expires_at FROM tokens WHERE workspace = ? AND id = ?')
    .bind(workspace, tokenId)
    .first<{ scopes: string; expires_at: number | null }>()
  if (!row || (row.expires_at !== null && row.expires_at <= now)) return undefined
  return JSON.parse(row.scopes) as readonly string[]
}
