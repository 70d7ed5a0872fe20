import { DurableObject } from 'cloudflare:workers'

/**
 * Tokens that may be used for one body each, of one source: where a provider signs a token and not the body, whoever saw
 * one call could send any other with its signature. Forgotten when the signature itself is too old to be accepted.
 */
export type TokenUse = 'first' | 'repeated' | 'replayed'

/** How often what is past its time is looked for; a row more or less costs nothing. */
const SWEEP_MS = 3_600_000

export class HookTokensObject extends DurableObject<Env> {
  readonly #sql: SqlStorage

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#sql = ctx.storage.sql
    this.#sql.exec(
      'CREATE TABLE IF NOT EXISTS token (token TEXT PRIMARY KEY, body TEXT NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID',
    )
  }

  /** @param body its hash; the same body again is a retry */
  async use(token: string, body: string, now: number, keepMs: number): Promise<TokenUse> {
    const [known] = this.#sql.exec<{ body: string }>('SELECT body FROM token WHERE token = ?', token).toArray()
    if (known) return known.body === body ? 'repeated' : 'replayed'
    this.#sql.exec('INSERT INTO token (token, body, until) VALUES (?, ?, ?)', token, body, now + keepMs)
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(now + SWEEP_MS)
    return 'first'
  }

  override async alarm(): Promise<void> {
    const now = Date.now()
    this.#sql.exec('DELETE FROM token WHERE until < ?', now)
    const [left] = this.#sql.exec<{ count: number }>('SELECT count(*) AS count FROM token').toArray()
    if (left && left.count > 0) await this.ctx.storage.setAlarm(now + SWEEP_MS)
  }
}
